import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type Athena, type AthenaOptions, startAthena } from '../support/athena.js';
import {
  type AthenaTable,
  BOOTSTRAP,
  CURRENT,
  EVENT_DATA_STORE,
  INJECTED,
  LEAN,
  OLDEST,
  ORGANIZATION,
  OURS,
  SECURITY_LAKE,
  SECURITY_LAKE_1,
  TABLES,
  type TableShape,
} from '../support/athena-tables.js';
import { type Ended, cli, scratch } from '../support/cli.js';
import { type TrailRecord, trailRecords } from '../support/cloudtrail.js';
import { ended, startProgram } from '../support/program.js';
import { type Row, idOf, sessionRow } from '../support/sessions.js';
import { NO_AWS, VOUCHED, roleArn, roleRecord, writeTrail } from '../support/trail.js';
import { type FakeS3, type S3Options, startS3 } from '../support/s3/server.js';
import { checkTrino } from '../support/trino.js';

const WINDOW = ['--since', '2026-01-17', '--until', '2026-01-24'];
const FROM = ['--events', 'athena', '--athena-table', 'audit.logs'];
const closing: { readonly close: () => void }[] = [];
afterAll(() => closing.forEach((endpoint) => endpoint.close()));

interface Asked {
  readonly athena: Athena;
  readonly folder: string;
  readonly ask: (args: readonly string[]) => Promise<Ended>;
  /** The same of the files. */
  readonly read: (args: readonly string[]) => Promise<Ended>;
}

/** The records of a trail as a table in an Athena of our own, and how to ask it. */
async function athenaOf(
  records: readonly TrailRecord[],
  table: Partial<AthenaTable> = {},
  options: AthenaOptions = {},
): Promise<Asked> {
  const folder = writeTrail(records);
  const isAsDelivered = table.recordOf === undefined && table.folderOf === undefined;
  const ofTable = isAsDelivered ? folder : writeTrail(records, scratch(), table);
  const athena = await startAthena(
    { 'audit.logs': { ...CURRENT, folder: ofTable, ...table } },
    { pollsUntilDone: 1, workGroups: { primary: { output: 's3://results/' } }, ...options },
  );
  closing.push(athena);
  const env = { AWS_ENDPOINT_URL: athena.url };
  return {
    athena,
    folder,
    ask: (args) => cli([...args, ...FROM], { env }),
    read: (args) => cli([...args, '--events', folder], { env: NO_AWS }),
  };
}

function fileOf(name: string, content: string): string {
  const path = join(scratch(), name);
  writeFileSync(path, content);
  return path;
}

function sessionsOf(rows: readonly Row[], vouching = VOUCHED): readonly string[] {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  return ['--sessions', fileOf('sessions.ndjson', lines.join('')), ...vouching];
}

const SESSIONS = sessionsOf([1, 2, 3, 4, 8].map((n) => sessionRow(n)));
const untracked = ['untracked-sessions', ...WINDOW, ...SESSIONS];

interface Report {
  readonly caveats: readonly { readonly code: string; readonly count: number }[];
  readonly coverage: { readonly events: object };
  readonly [name: string]: unknown;
}

/** The report without what is the carrier's own: its cost, the number of its files, what it does not show. */
function reportIn({ stdout }: Ended): Report {
  const { athena: _, identity: __, ...all } = JSON.parse(stdout) as Report;
  const caveats = all.caveats.filter(({ code }) => code !== 'hidden_identities');
  const report = { ...all, caveats };
  const events = { ...report.coverage.events, files: undefined, missing: [] };
  return { ...report, coverage: { ...report.coverage, events } };
}

const WITHOUT_JSON = { ...EVENT_DATA_STORE.columns, eventjson: 'binary' };
const SCOPE = ['--event-accounts', '111122223333', '--event-regions', 'us-east-1'];
const MORE: Readonly<Record<string, readonly string[]>> = {
  OLDEST: ['--whole-table'],
  INJECTED: SCOPE,
  CRAWLED: ['--athena-day-key', 'partition_2,partition_3,partition_4'],
};
const SHAPES: readonly (readonly [name: string, shape: TableShape, more: readonly string[]])[] = [
  ...Object.entries(TABLES).map(([name, shape]) => [name, shape, MORE[name] ?? []] as const),
  ['OLDEST, by the day of its events', OLDEST, ['--athena-day-key', 'eventtime']],
  ['ORGANIZATION, of one account and region', ORGANIZATION, SCOPE],
  ['BOOTSTRAP, of one account and region', BOOTSTRAP, SCOPE],
  ['SECURITY_LAKE, of one account and region', SECURITY_LAKE, SCOPE],
];

describe.each(SHAPES)('a table of the shape %s', (_, shape, more) => {
  it('gives the reports that its files give', async () => {
    const { ask, read, athena } = await athenaOf([...trailRecords(40)], shape);
    for (const [command, queries] of [
      ['untracked-sessions', 2],
      ['session-compliance', 1],
    ] as const) {
      const args = [command, ...WINDOW, ...SESSIONS, '--json'];
      const [asked, files] = [await ask([...args, ...more]), await read(args)];
      expect(asked.stdout, asked.stderr).not.toBe('');
      expect(reportIn(asked)).toEqual(reportIn(files));
      expect(JSON.parse(asked.stdout)).toMatchObject({ athena: { queries } });
      expect(asked.code).toBe(files.code);
    }
    expect(athena.queries.map(({ state }) => state)).toEqual(Array(3).fill('SUCCEEDED'));
  });
});

describe('what is asked', () => {
  it('is the partitions of the window and one day more', async () => {
    const { ask, athena, folder } = await athenaOf([...trailRecords(10)]);
    const area = join(folder, 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01');
    for (const day of ['16', '25', '26']) {
      mkdirSync(join(area, day));
      writeFileSync(join(area, day, 'broken.json.gz'), 'no gzip');
    }
    expect((await ask(untracked)).code).toBe(1);
    expect(athena.queries[0]?.parameters.slice(0, 4)).toEqual([
      "'2026/01/17'",
      "'2026/01/24'",
      "'2026-01-17T00:00:00Z'",
      "'2026-01-24T00:00:00Z'",
    ]);
    const late = [...untracked.slice(0, 3), '--until', '2026-01-24T00:00:01Z', ...SESSIONS];
    const { stderr, code } = await ask(late);
    expect([code, stderr]).toEqual([3, expect.stringContaining('broken.json.gz')]);
  });

  it('is never the credentials of an answer', async () => {
    const { ask, athena } = await athenaOf([...trailRecords(10)]);
    await ask(untracked);
    await ask(['export', 'events', ...WINDOW]);
    expect(athena.queries.length).toBe(3);
    for (const { sql } of athena.queries) {
      const uses = sql.match(/\bresponseelements\b(?!:)[^)]*\)/g) ?? [];
      const known = new Set([
        "responseelements, '$.sourceIdentity')",
        "responseelements, '')",
        'responseelements)', // of json_parse, to see whether it is JSON
      ]);
      expect(uses.filter((use) => !known.has(use))).toEqual([]);
      expect(sql).not.toContain('HIDDEN');
    }
  });

  it('is all roles whatever is listed, and texts of nobody are in its statements', async () => {
    const records = [roleRecord(1, { role: "o'brien" }), roleRecord(2, { role: 'Other' })];
    const { ask, read, athena } = await athenaOf(records);
    const args = [...untracked, '--role', roleArn("o'brien"), '--json'];
    const asked = await ask(args);
    expect([asked.code, reportIn(asked)]).toEqual([1, reportIn(await read(args))]);
    expect(reportIn(asked)).toMatchObject({ total_events: 1, excluded: { filtered_out: 1 } });
    expect(athena.queries.length).toBe(2);
    for (const { sql } of athena.queries) expect(sql).not.toContain('brien');
    for (const text of athena.queries[0]!.parameters) expect(text).not.toContain('brien');
  });

  it('is shown by --explain, and not asked', async () => {
    const { ask, athena } = await athenaOf([...trailRecords(10)]);
    for (const command of [
      untracked,
      ['session-compliance', ...WINDOW],
      ['export', 'verdicts', ...WINDOW],
    ]) {
      const { code, stdout } = await ask([...command, '--explain']);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^-- 8 partitions of audit\.logs at the most, of how many bytes is not/,
      );
      expect(stdout).toContain("-- ?1 = '2026/01/17'\n-- ?2 = '2026/01/24'\n");
      const statements = stdout.split(';\n').slice(0, -1);
      expect(statements.length).toBe(command[0] === 'export' ? 2 : 4);
      for (const sql of statements) expect(checkTrino(sql)).toEqual([]);
    }
    expect(athena.queries).toEqual([]);
    expect(new Set(athena.seen.map(({ operation }) => operation))).toEqual(
      new Set(['GetTableMetadata', 'GetWorkGroup']),
    );
  });

  it('is told with its bytes before it is asked, and with what the workgroup lets it scan', async () => {
    const s3 = await startS3({});
    closing.push(s3);
    const { athena } = await athenaOf([roleRecord(1)], CURRENT, {
      workGroups: { primary: { output: 's3://results/', cutoff: 2e12 } },
    });
    const path = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01';
    for (const day of ['16', '17', '20', '24', '25']) {
      s3.put('trail-bucket', `${path}/${day}/x.json.gz`, Buffer.alloc(1000));
    }
    const env = { AWS_ENDPOINT_URL: athena.url, AWS_ENDPOINT_URL_S3: s3.url };
    const args = ['session-compliance', ...WINDOW, ...SESSIONS, ...FROM];
    const explained = await cli([...args, '--explain'], { env });
    expect(explained.stdout).toMatch(
      /^-- 8 partitions of audit\.logs at the most, about 3\.0 kB\n-- workgroup primary stops a query that scans more than 2\.0 TB\n\n/,
    );
    const { stderr } = await cli([...args, '--verbose'], { env });
    expect(stderr).toContain('8 partitions of audit.logs at the most, about 3.0 kB\n');
    const asked = s3.seen.length;
    await cli(args, { env });
    expect(s3.seen.length).toBe(asked);
  });
});

it('a long window is asked in slices, the newest first, and the parts of one report', async () => {
  const days = [...Array(17).keys()].map((day) => `2026-01-${String(day + 3).padStart(2, '0')}`);
  const records = days.map((day, n) => roleRecord(n, { at: `${day}T12:00:00Z` }));
  const { ask, read, athena } = await athenaOf(records);
  const args = ['untracked-sessions', '--since', '2026-01-03', '--until', '2026-01-20T06:00:00Z'];
  const asked = await ask([...args, ...SESSIONS, '--json', '--verbose']);
  expect(reportIn(asked)).toEqual(reportIn(await read([...args, ...SESSIONS, '--json'])));
  expect(reportIn(asked)).toMatchObject({ total_events: 17 });
  const windows = athena.queries.map(({ parameters }) => parameters.slice(2, 4).join(' to '));
  expect(windows.slice(0, 3)).toEqual([
    "'2026-01-19T00:00:00Z' to '2026-01-20T06:00:00Z'",
    "'2026-01-05T00:00:00Z' to '2026-01-19T00:00:00Z'",
    "'2026-01-03T00:00:00Z' to '2026-01-05T00:00:00Z'",
  ]);
  const { stdout } = await ask([...args, '--explain']);
  expect(stdout).toContain('-- the window is asked in slices, the newest first');
  for (const sql of stdout.split(';\n').slice(0, -1)) expect(checkTrino(sql)).toEqual([]);
});

it.each([
  ['AWS has', CURRENT, 1],
  ['shows it', OURS, undefined],
])(
  'calls whose identity may stand in their session alone are counted, in a table that %s',
  async (_, shape, number) => {
    const caller = {
      type: 'AssumedRole',
      arn: 'arn:aws:sts::111122223333:assumed-role/Dev/x',
      sessionContext: { sessionIssuer: { arn: roleArn('Dev') } },
    };
    const user = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/pat' };
    const { ask } = await athenaOf(
      [roleRecord(1, { caller }), roleRecord(2, { caller: user })],
      shape,
    );
    const { stdout } = await ask([...untracked, '--json']);
    const { caveats } = JSON.parse(stdout) as Report;
    expect(caveats.find(({ code }) => code === 'hidden_identities')?.count).toBe(number);
  },
);

describe('a table that nothing prunes', () => {
  it('is not scanned unless that is permitted', async () => {
    const { ask, athena } = await athenaOf([...trailRecords(10)], OLDEST);
    const { code, stderr } = await ask(untracked);
    expect([code, athena.queries]).toEqual([2, []]);
    expect(stderr).toMatch(/it has no partitions by day, and each query would scan all of it/);
    expect(stderr).toContain('--whole-table permits it; --athena-day-key names a key');
  });

  it('may have a column of days that has another name', async () => {
    const { ask } = await athenaOf([...trailRecords(10)], OLDEST);
    const { code, stderr } = await ask([...untracked, '--athena-day-key', 'nothing']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no column "nothing"')]);
    const { stdout } = await ask([...untracked, '--athena-day-key', 'eventtime', '--explain']);
    expect(stdout).toContain(`regexp_like("eventtime"`);
  });
});

describe('accounts and regions that are named', () => {
  const other = roleRecord(99, {
    more: { recipientAccountId: '444455556666', awsRegion: 'eu-west-1' },
  });

  it('are all that is asked for, in tables without keys for them too', async () => {
    const { ask, athena } = await athenaOf([roleRecord(1), other]);
    const { stdout } = await ask([...untracked, ...SCOPE, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total_events: 1 });
    expect(athena.queries[0]!.sql).toContain(`recipientaccountid IN ('111122223333')`);
  });

  it('and of which no call is found are undecided', async () => {
    const { ask } = await athenaOf([roleRecord(1, { identity: `sentinel-${idOf(1)}` })]);
    const scope = ['--event-regions', 'us-east-1,eu-north-1'];
    const { code, stderr } = await ask([...untracked, ...scope]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('region eu-north-1')]);
  });

  it('are needed where a projection has injected keys', async () => {
    const { ask } = await athenaOf([roleRecord(1)], INJECTED);
    const { code, stderr } = await ask([...untracked, '--event-regions', 'us-east-1']);
    expect(code).toBe(2);
    expect(stderr).toContain('need a condition on each: account');
    expect(stderr).toContain('give --event-accounts and --event-regions');
  });
});

describe('a table with other names and fewer columns', () => {
  it('is asked by its name in quotes', async () => {
    const folder = writeTrail([...trailRecords(10)]);
    const athena = await startAthena(
      { 'my-db.aws:trail': { ...CURRENT, folder } },
      { pollsUntilDone: 1, workGroups: { primary: { output: 's3://results/' } } },
    );
    closing.push(athena);
    const from = ['--events', 'athena', '--athena-table', 'my-db.aws:trail'];
    const { code, stderr } = await cli([...untracked, ...from], {
      env: { AWS_ENDPOINT_URL: athena.url },
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('2 Athena queries')]);
    expect(athena.queries[0]!.sql).toContain('FROM "my-db"."aws:trail"');
  });

  it('is judged by what it has, and says what is not known', async () => {
    const { ask, read } = await athenaOf([...trailRecords(40)], LEAN);
    const args = [...untracked, '--json'];
    const [asked, files] = [await ask(args), await read(args)];
    const { total_events, tracked_events, untracked_events, coverage } = reportIn(asked);
    expect({ total_events, tracked_events, untracked_events }).toEqual({
      total_events: reportIn(files)['total_events'],
      tracked_events: reportIn(files)['tracked_events'],
      untracked_events: reportIn(files)['untracked_events'],
    });
    expect(asked.stderr).toContain(
      'note: table audit.logs has no useragent: not known is user agents',
    );
    expect(JSON.stringify(JSON.parse(asked.stdout))).toContain('has no sharedeventid');
    expect(coverage).toBeDefined();
  });

  it.each([
    ['the database of event data stores', 'aws:cloudtrail.0a1b2c3d-aaaa', { parameters: {} }, 1],
    ['a table of times that no key and no format orders', 'audit.logs', { parameters: {} }, 2],
    ['Security Lake, version 1', 'audit.logs', { columns: SECURITY_LAKE_1 }, 3],
    ['an event data store without whole records', 'audit.logs', { columns: WITHOUT_JSON }, 3],
  ])('of %s is read as its name and its format tell', async (_, name, more, code) => {
    const folder = writeTrail([...trailRecords(10)], scratch(), EVENT_DATA_STORE);
    const athena = await startAthena(
      { [name]: { ...EVENT_DATA_STORE, folder, ...more } },
      { pollsUntilDone: 1, workGroups: { primary: { output: 's3://results/' } } },
    );
    closing.push(athena);
    const asked = await cli([...untracked, '--events', 'athena', '--athena-table', name], {
      env: { AWS_ENDPOINT_URL: athena.url },
    });
    expect([asked.code, asked.stderr]).toEqual([code, expect.not.stringContaining('    at ')]);
  });

  it('of Security Lake is asked by the columns that prune it', async () => {
    const { ask, athena } = await athenaOf([...trailRecords(10)], SECURITY_LAKE);
    await ask([...untracked, ...SCOPE]);
    const { sql } = athena.queries[0]!;
    expect(sql).toContain("accountid IN ('111122223333') AND region IN ('us-east-1')");
    expect(sql).toContain("time_dt >= timestamp '2026-01-17 00:00:00'");
  });

  it('without the column of accounts takes no account by its name', async () => {
    const { ask } = await athenaOf([...trailRecords(10)], LEAN);
    const { code, stderr } = await ask([...untracked, '--event-accounts', '111122223333']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('leave out --event-accounts')]);
  });
});

describe('events singly', () => {
  const many = (count: number, first = 0): TrailRecord[] =>
    Array.from({ length: count }, (_, n) =>
      roleRecord(first + n, { identity: `sentinel:u${n}:direct:${n}`, at: timeOf(n) }),
    );

  it('are those of findings, when their groups are few', async () => {
    const tracked = Array.from({ length: 50 }, (_, n) => roleRecord(n, { tag: idOf(1), at: AT }));
    const { ask, athena } = await athenaOf([...tracked, ...many(10, 100)]);
    const args = ['untracked-sessions', ...WINDOW, ...sessionsOf([LONG]), '--verbose', '--json'];
    const { stderr, stdout } = await ask(args);
    expect(stderr).toContain('60 calls in 11 groups: 10 are asked for one by one');
    expect(JSON.parse(stdout)).toMatchObject({ tracked_events: 50, orphaned_events: 10 });
    expect(athena.queries[1]?.sql).toContain('contains(split(?');
  });

  it('are all of them, when those are of too many groups; pages are read to the last', async () => {
    const { ask, read } = await athenaOf(many(2500));
    const asked = await ask([...untracked, '--verbose', '--json']);
    expect(asked.stderr).toContain('2,500 calls in 2,500 groups: 2,500 are asked for one by one');
    expect(asked.stderr).toContain('Athena is asked for all judged calls');
    expect(reportIn(asked)).toEqual(reportIn(await read([...untracked, '--json'])));
    expect(reportIn(asked)).toMatchObject({ orphaned_events: 2500 });
  });

  describe('of more than a page', () => {
    const hostile = Array.from({ length: 1500 }, (_, n) =>
      roleRecord(n, {
        identity: `sentinel:u${n}:direct:${n}`,
        at: timeOf(n),
        more: { userAgent: n % 3 === 0 ? `a "b", ${n}\r\n=c` : n % 3 === 1 ? '' : 'x' },
      }),
    );
    const exported = ['export', 'events', ...WINDOW, '--format', 'ndjson', '--columns', 'all'];

    async function fromS3(options: S3Options, more: AthenaOptions = {}, flags: string[] = []) {
      const s3 = await startS3(options);
      closing.push(s3);
      const asked = await athenaOf(hostile, CURRENT, { results: s3, ...more });
      const env = { AWS_ENDPOINT_URL: asked.athena.url, AWS_ENDPOINT_URL_S3: s3.url };
      const run = await cli([...exported, ...FROM, ...flags], { env });
      const files = await asked.read(exported);
      const pages = asked.athena.seen.filter(({ operation }) => operation === 'GetQueryResults');
      return { run, files, pages: pages.length, objects: s3.seen.length };
    }
    const rowsIn = (text: string): string[] => text.trimEnd().split('\n').toSorted();

    it('are read from the object that Athena wrote: one request after the first page', async () => {
      const { run, files, pages, objects } = await fromS3({});
      expect([run.code, pages, objects]).toEqual([0, 1, 1]);
      expect(rowsIn(run.stdout)).toEqual(rowsIn(files.stdout));
      expect(run.stderr).toContain('1 S3 request');
    });

    it.each<[string, S3Options, AthenaOptions, string]>([
      ['is denied', { fault: () => ({ status: 403, code: 'AccessDenied' }) }, {}, 'AccessDenied'],
      ['does not come', { fault: () => ({ drop: true }) }, {}, 'no answer'],
      ['is not there', {}, { workGroups: { primary: { output: 's3://elsewhere/' } } }, ''],
    ])('are read in pages where the object %s', async (_, options, more, why) => {
      const gone = { ...more, ...(why === '' && { results: await emptyS3() }) };
      const { run, files, pages } = await fromS3(options, gone, ['--verbose']);
      expect([run.code, pages]).toEqual([0, 2]);
      expect(run.stderr).toMatch(/the results of query \S+ are read in pages: .*/);
      expect(run.stderr).toContain(why);
      expect(rowsIn(run.stdout)).toEqual(rowsIn(files.stdout));
    });

    it('go on where an answer broke off', async () => {
      const cut = await fromS3({ fault: (_, n) => (n === 0 ? { cutAfter: 70_000 } : undefined) });
      expect([cut.run.code, cut.objects]).toEqual([0, 2]);
      expect(rowsIn(cut.run.stdout)).toEqual(rowsIn(cut.files.stdout));
    });

    async function emptyS3(): Promise<FakeS3> {
      const s3 = await startS3({});
      closing.push(s3);
      return s3;
    }
  });

  it('are those of which the time decides', async () => {
    const at = (hour: number): string => `2026-01-20T${String(hour).padStart(2, '0')}:00:00Z`;
    const records = [8, 11, 14, 18].map((hour, n) => roleRecord(n, { tag: idOf(1), at: at(hour) }));
    const more = [8, 14].map((hour, n) => roleRecord(10 + n, { role: 'Ci', at: at(hour) }));
    const old = ['2026-01-17T01:00:00Z', at(9)].map((time, n) =>
      roleRecord(20 + n, { identity: 'sentinel:bob:x', at: time }),
    );
    const revoked = sessionRow(1, {
      status: 'revoked',
      started_at: at(10),
      created_at: '2026-01-18T00:00:00Z',
      expires_at: at(16),
      updated_at: at(12),
    });
    const allow = fileOf(
      'allow.yaml',
      `rules: [{ name: ci, reason: known, role: '*/Ci', until: ${at(10)} }]`,
    );
    const { ask, read } = await athenaOf([...records, ...more, ...old]);
    const since = ['--sessions-since', '2026-01-18', '--sessions-until', '2026-02-01'];
    for (const command of ['untracked-sessions', 'session-compliance']) {
      const some = sessionsOf([revoked], since);
      const args = [command, ...WINDOW, ...some, '--allow', allow, '--json'];
      const asked = await ask([...args, '--verbose']);
      expect(reportIn(asked)).toEqual(reportIn(await read(args)));
      expect(asked.stderr).toContain('8 calls in 3 groups: 8 are asked for one by one');
      expect(reportIn(asked)).toMatchObject({
        excluded: { allowed: 1 },
        orphaned_events: 1,
        unverifiable_events: 1,
        anomalies: { outside_session: 2, after_revocation: 2 },
      });
    }
  });
});

const AT = '2026-01-20T12:00:00Z';
const LONG = sessionRow(1, {
  status: 'active',
  started_at: '2026-01-20T00:00:00Z',
  created_at: '2026-01-17T00:00:00Z',
  expires_at: '2026-01-21T00:00:00Z',
});

function timeOf(n: number): string {
  return new Date(Date.UTC(2026, 0, 18) + n * 1000).toISOString().replace('.000', '');
}

describe('no role event', () => {
  const other = roleRecord(1, { more: { eventName: 'GetCallerIdentity' } });

  it('among others is a clean report, and a note', async () => {
    const { ask } = await athenaOf([other]);
    const { code, stderr } = await ask(untracked);
    expect(code).toBe(0);
    expect(stderr).toContain('no role call among the 1 events of the window');
  });

  it.each([
    [
      'because the location is wrong',
      { 'storage.location.template': 's3://x/nowhere/${timestamp}' },
    ],
    ['because partitions are elsewhere', { 'projection.timestamp.range': '2026/02/01,NOW' }],
  ])('and no other, %s, is incomplete', async (_, parameters) => {
    const { ask } = await athenaOf([roleRecord(1)], {
      parameters: { ...CURRENT.parameters, ...parameters },
    });
    const { code, stdout, stderr } = await ask(untracked);
    expect(code).toBe(3);
    expect(stderr).toContain(
      'table audit.logs: it has no event of any kind in the window: check its location and its partitions',
    );
    expect(stdout).toContain('Result: Incomplete');
  });
});

describe('a projection that does not reach over the window is incomplete', () => {
  it.each([
    ['2026/01/19,NOW', ', which does not reach over the window'],
    ['2020/01/01,2026/01/23', ', which does not reach over the window'],
    ['NOW-3DAYS,NOW', ', which does not reach over the window'],
    ['whenever,NOW', ': it cannot be told whether that reaches over the window'],
  ])('%s', async (range, how) => {
    const parameters = { ...CURRENT.parameters, 'projection.timestamp.range': range };
    const { ask } = await athenaOf([roleRecord(1)], { parameters });
    const { code, stderr } = await ask(untracked);
    expect(code).toBe(3);
    expect(stderr).toContain(`table audit.logs: the partitions timestamp are ${range}${how}`);
  });
});

it.each([
  ['without anything', {}, 'event without an id: eventid: missing'],
  [
    'of another service without a time',
    { eventSource: 's3.amazonaws.com' },
    'no event of any kind',
  ],
])('rows %s do not vouch for the location', async (_, more, message) => {
  const folder = writeTrail([roleRecord(1)]);
  const path = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/20';
  rmSync(join(folder, path), { recursive: true });
  mkdirSync(join(folder, path));
  const names = 'eventSource' in more ? { eventID: 'x', eventName: 'PutObject' } : {};
  writeFileSync(
    join(folder, path, 'odd.json'),
    JSON.stringify({ Records: [{ ...names, ...more, foo: 1 }] }),
  );
  const { ask } = await athenaOf([], { folder });
  const { code, stderr } = await ask(untracked);
  expect([code, stderr]).toEqual([3, expect.stringContaining(message)]);
});

it('a second hop that repeats its identity is only a suspicion, where the table does not show it', async () => {
  const identity = `sentinel-${idOf(1)}`;
  const hop = {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/Dev/x',
    sessionContext: { sessionIssuer: { arn: roleArn('Dev') }, sourceIdentity: identity },
  };
  const records = [
    roleRecord(1, { role: 'Dev', identity, at: AT }),
    roleRecord(2, { role: 'Admin', identity, caller: hop, at: AT }),
    roleRecord(3, { role: 'Admin', at: AT }),
  ];
  const policy = fileOf(
    'policy.yaml',
    'version: "1"\nrules: [{ name: a, effect: require_server_session, conditions: { profiles: [admin] } }]\n',
  );
  const { ask, read } = await athenaOf(records);
  const session = sessionsOf([{ ...LONG, profile: 'dev' }]);
  const args = ['session-compliance', ...WINDOW, ...session, '--policy', policy, '--json'];
  const [asked, files] = [await ask(args), await read(args)];
  const { caveats, profiles, ...rest } = reportIn(asked);
  const { caveats: caveatsOfFiles, profiles: profilesOfFiles, ...restOfFiles } = reportIn(files);
  expect(rest).toEqual(restOfFiles);
  expect(rest).toMatchObject({ attributed_by: { role_name: 1 }, unattributed_events: 1 });
  expect([asked.code, files.code]).toEqual([3, 3]);
  const admin = { profile: 'admin', policy_required: true, has_gap: false, undetermined: true };
  const byName = { profile: 'Admin', tracked_count: 0, untracked_count: 1 };
  const dev = { profile: 'dev', tracked_count: 2 };
  expect(profilesOfFiles).toMatchObject([byName, admin, { ...dev, untracked_count: 0 }]);
  expect(profiles).toMatchObject([admin, { ...dev, untracked_count: 1 }]); // nothing knows a profile Admin
  const suspicion = expect.objectContaining({ code: 'suspected_profile', count: 1 }) as unknown;
  expect(caveats).toContainEqual(suspicion);
  expect(caveatsOfFiles).not.toContainEqual(suspicion);
});

describe('where hops are only guessed, no gap is hidden', () => {
  const prod = sessionsOf([{ ...LONG, profile: 'prod' }]);
  const required = fileOf(
    'required.yaml',
    'version: "1"\nrules: [{ name: p, effect: require_server_session, conditions: { profiles: [prod] } }]\n',
  );
  const compliance = ['session-compliance', ...WINDOW, '--policy', required, '--json'];
  const user = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x', principalId: 'AIDA' };

  it('when somebody assumes the role of the broker with an identity', async () => {
    const records = [
      roleRecord(1, { role: 'ProdA', tag: idOf(1), at: AT }),
      roleRecord(2, { role: 'ProdB', tag: idOf(1), at: AT, caller: user }),
      roleRecord(3, { role: 'ProdA', at: AT }),
      roleRecord(4, { role: 'Broker', identity: 'someone', at: AT, caller: user }),
    ];
    const { ask, read } = await athenaOf(records);
    for (const answer of [
      await ask([...compliance, ...prod]),
      await read([...compliance, ...prod]),
    ]) {
      expect([answer.code, reportIn(answer)['profiles_with_gaps']]).toEqual([1, 1]);
    }
  });

  it('when --role leaves out what the caller was: all calls teach', async () => {
    const records = [
      roleRecord(1, { role: 'Broker', identity: 'someone', at: AT, caller: user }),
      roleRecord(2, { role: 'Deep', tag: idOf(1), at: AT }),
      roleRecord(3, { role: 'Deep', at: AT }),
    ];
    const { ask } = await athenaOf(records);
    const dev = sessionsOf([{ ...LONG, profile: 'dev' }]);
    const { code, stdout } = await ask([...compliance, ...dev, '--role', roleArn('Deep')]);
    expect(JSON.parse(stdout)).toMatchObject({
      total_events: 2,
      excluded: { filtered_out: 1 },
      undetermined_profiles: 1,
      unattributed_events: 2, // of Deep and of Broker
      caveats: expect.arrayContaining([
        expect.objectContaining({ code: 'suspected_profile' }),
      ]) as unknown,
    });
    expect(code).toBe(3);
  });
});

it('a window begins with its first second and ends before its last', async () => {
  const times = ['16T23:59:59', '17T00:00:00', '23T23:59:59', '24T00:00:00'];
  const records = times.map((time, n) => roleRecord(n, { at: `2026-01-${time}Z` }));
  const { ask } = await athenaOf(records);
  for (const command of ['untracked-sessions', 'session-compliance']) {
    const { stdout } = await ask([command, ...WINDOW, ...SESSIONS, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total_events: 2 });
  }
});

it('a window that may still grow is asked as any other', async () => {
  const now = new Date();
  const at = now.toISOString().replace(/\.\d+/, '');
  const { ask } = await athenaOf([roleRecord(1, { at })]);
  const since = new Date(now.getTime() - 3_600_000).toISOString();
  const { stderr, code } = await ask([untracked[0]!, '--since', since, ...SESSIONS]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('2 Athena queries')]);
});

it('calls that were counted and are not there when they are asked for end the run', async () => {
  const records = [roleRecord(1, { at: AT }), roleRecord(2, { at: AT })];
  let started = 0;
  const folder = writeTrail(records);
  const { ask } = await athenaOf(
    [],
    { folder },
    {
      faultFor: (_, operation) => {
        if (operation === 'StartQueryExecution' && ++started === 2)
          writeTrail([records[0]!], folder);
        return undefined;
      },
    },
  );
  const { code, stdout, stderr } = await ask([...untracked, '--json']);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain('2 calls were counted, and then only 1 were given');
});

it.each([
  ['has no event id', { eventID: undefined }, 'eventid: missing'],
  ['has no service', { eventSource: undefined }, 'eventsource: missing'],
  ['has no time', { eventTime: undefined }, 'eventtime: not as CloudTrail writes it'],
  ['has no such time', { eventTime: '2026-02-30T00:00:00Z' }, 'eventtime: not as CloudTrail'],
  [
    'has tags that are no list',
    { requestParameters: { roleArn: roleArn('X'), tags: { key: 'SentinelSessionID' } } },
    'tags: expected a list',
  ],
])('a record that %s is rejected and counted, for groups and singly', async (_, more, reason) => {
  const record = roleRecord(2, { more: { ...more, awsRegion: 'us-east-1' } });
  const folder = writeTrail([roleRecord(1)]);
  writeFileSync(
    join(folder, 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/20/odd.json'),
    JSON.stringify({ Records: [record] }),
  );
  const { ask } = await athenaOf([], { folder });
  for (const command of [untracked, ['export', 'events', ...WINDOW]]) {
    const { code, stderr } = await ask(command);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('incomplete: 1 row could not be understood');
    expect(code).toBe(3);
  }
});

describe('faults', () => {
  const failing = async (options: AthenaOptions): Promise<Ended & { athena: Athena }> => {
    const { ask, athena } = await athenaOf([...trailRecords(10)], {}, options);
    return { ...(await ask(untracked)), athena };
  };
  const first = (operation: string, fault: unknown) => {
    let isDone = false;
    return (_: number, name: string) => {
      if (name !== operation || isDone) return undefined;
      isDone = true;
      return fault as never;
    };
  };

  it.each(['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults', 'GetTableMetadata'])(
    '%s is asked again after throttling, an error of the server and a lost answer',
    async (name) => {
      for (const fault of ['throttle', '500', 'drop', { error: 'TooManyRequestsException' }]) {
        const { code, stderr, athena } = await failing({ faultFor: first(name, fault) });
        expect([code, stderr]).toEqual([1, expect.stringContaining('1 retry')]);
        expect(athena.queries.length).toBe(2);
      }
    },
  );

  it.each(['FAILED', 'CANCELLED'] as const)('a query that ends %s', async (state) => {
    const fault = { state, reason: 'HIVE_BAD_DATA: a\u001b[31m file' };
    const { code, stdout, stderr, athena } = await failing({
      faultFor: first('StartQueryExecution', fault),
    });
    const how = state === 'FAILED' ? 'failed' : 'was cancelled';
    expect(stderr).toContain(`Athena query ${athena.queries[0]?.id} ${how}: HIVE_BAD_DATA: a`);
    expect(stderr).not.toContain('\u001b');
    expect([code, stdout]).toEqual([3, '']);
  });

  it.each(['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'])(
    'an expired token in %s',
    async (name) => {
      const { code, stdout, stderr, athena } = await failing({
        faultFor: first(name, { error: 'ExpiredTokenException' }),
      });
      expect(stderr).toContain(`athena:${name}`);
      expect(stderr).toContain('the credentials have expired: renew them');
      expect([code, stdout]).toEqual([3, '']);
      if (name === 'GetQueryExecution') {
        expect(athena.stopped).toEqual(athena.queries.map(({ id }) => id));
      }
    },
  );

  it('an interruption before the id of a query is known stops it', async () => {
    let answer = (): void => {};
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const { athena } = await athenaOf(
      [...trailRecords(10)],
      {},
      { faultFor: first('StartQueryExecution', { slow }) },
    );
    const child = startProgram([...untracked, ...FROM], { env: { AWS_ENDPOINT_URL: athena.url } });
    while (!athena.seen.some(({ operation }) => operation === 'StartQueryExecution'))
      await sleep(20);
    child.kill('SIGINT');
    answer();
    expect((await ended(child)).code).toBe(130);
    expect(athena.queries.length).toBe(1);
    expect(athena.stopped).toEqual([athena.queries[0]?.id]);
  });

  it('a query that goes back to the queue is waited for', async () => {
    expect((await failing({ faultFor: first('StartQueryExecution', 'requeue') })).code).toBe(1);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s stops the query', async (signal) => {
    const { athena } = await athenaOf([...trailRecords(10)], {}, { pollsUntilDone: Infinity });
    const child = startProgram([...untracked, ...FROM], { env: { AWS_ENDPOINT_URL: athena.url } });
    while (!athena.seen.some(({ operation }) => operation === 'GetQueryExecution')) await sleep(20);
    child.kill(signal);
    expect((await ended(child)).code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(athena.stopped).toEqual(athena.queries.map(({ id }) => id));
    expect(athena.stopped.length).toBe(1);
  });
});

describe('the command line', () => {
  it.each([
    [['--events', 'athena'], '--athena-table: is needed'],
    [['--events', 'athena', '--athena-table', 'logs'], '"logs" does not name the database'],
    [['--events', 'athena', '--athena-table', 'a.b"; DROP'], 'is not a valid table name'],
    [[...FROM, '--athena-max-bytes', 'much'], '"much" is not a size'],
    [['--whole-table'], '--whole-table: needs --events athena'],
    [[...FROM, '--athena-price', 'much'], 'is not an amount of US dollars'],
    [[...FROM, '--athena-output', '/tmp'], 'is not a valid S3 location'],
    [['--explain'], '--explain: needs --events athena'],
    [['--athena-table', 'audit.logs'], '--athena-table: needs --events athena'],
  ])('%j is refused before anything is asked', async (args, message) => {
    const { code, stderr } = await cli([...untracked, ...args], { env: NO_AWS });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('needs a window: all of a trail is dear', async () => {
    const { code, stderr } = await cli(['export', 'events', ...FROM], { env: NO_AWS });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--since: is needed')]);
  });

  it('says what a table lacks, and that one is not there', async () => {
    const { eventid: _, ...columns } = CURRENT.columns;
    const { ask, athena } = await athenaOf([], { columns });
    const lacking = await ask(untracked);
    expect(lacking.stderr).toContain('table audit.logs lacks eventid');
    expect(lacking.stderr).toContain('sentinel-audit athena-table prints a CREATE TABLE that fits');
    const env = { AWS_ENDPOINT_URL: athena.url };
    const args = ['--events', 'athena', '--athena-table', 'audit.nothing'];
    const missing = await cli([...untracked, ...args], { env });
    expect(missing.stderr).toMatch(/athena:GetTableMetadata of table audit.nothing: Metadata/);
    expect(missing.stderr).toContain('there is no table audit.nothing: check --athena-table');
    expect([lacking.code, missing.code]).toEqual([3, 3]);
  });

  it('says what was scanned, and what that cost', async () => {
    const { ask, athena } = await athenaOf([...trailRecords(10)]);
    const { stdout, stderr } = await ask([...untracked, '--json', '--athena-price', '6.75']);
    const scanned = athena.queries.reduce((sum, { bytesScanned }) => sum + bytesScanned, 0);
    expect(JSON.parse(stdout)).toMatchObject({
      athena: { queries: 2, bytes_scanned: scanned, estimated_cost_usd: 0.000135 },
    });
    expect(stderr).toMatch(/2 Athena queries scanned [\d.]+ kB \(about \$0\.00014\)/);
  });

  it('names what to give when nobody says where results go', async () => {
    const { ask } = await athenaOf([...trailRecords(10)], {}, { workGroups: { primary: {} } });
    const { code, stderr } = await ask(untracked);
    expect([code, stderr]).toEqual([3, expect.stringContaining('give --athena-output s3://')]);
  });

  it('chooses workgroup, place of results and catalog', async () => {
    const { ask, athena } = await athenaOf([...trailRecords(10)], {}, { workGroups: { team: {} } });
    const where = ['--athena-workgroup', 'team', '--athena-output', 's3://mine/x/'];
    expect((await ask([...untracked, ...where, '--athena-catalog', 'AwsDataCatalog'])).code).toBe(
      1,
    );
    expect(athena.queries[0]).toMatchObject({
      workGroup: 'team',
      output: expect.stringContaining('s3://mine/x/'),
    });
  });
});

it('a reader that hangs up stops no run in the middle of a query', async () => {
  const { athena } = await athenaOf([...trailRecords(10)]);
  const child = startProgram(['export', 'events', ...WINDOW, ...FROM], {
    env: { AWS_ENDPOINT_URL: athena.url },
  });
  child.stdout?.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
});
