import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { main } from '../../src/cli.js';
import { ExitCode } from '../../src/errors.js';
import { ROLE_CALLS, type RoleCall } from '../../src/model/role-call/role-call.js';
import { parseInstant } from '../../src/model/time/instant.js';
import { type EventsFrom, openCarrier } from '../../src/sources/open-carrier.js';
import type { AthenaOptions } from '../../src/sources/athena/query.js';
import { startAthena } from '../support/athena.js';
import { TABLES, type TableShape } from '../support/athena-tables.js';
import {
  type TrailRecord,
  assumeRoleRecord,
  eventIdOf,
  startCloudTrail,
  trailRecords,
} from '../support/cloudtrail.js';
import { rowsOf, temporaryFolder } from '../support/contracts.js';
import { startDynalite } from '../support/dynamodb.js';
import { startS3 } from '../support/s3/server.js';
import {
  byId,
  keptReading,
  ownTemporaryFolder,
  parseAll,
  stubAwsEnvironment,
} from '../support/records.js';
import { writeTrail } from '../support/trail.js';
import { WRAPPERS } from '../support/wrappers.js';

const window = {
  since: parseInstant('2026-01-17T00:00:00Z')!,
  until: parseInstant('2026-01-17T01:00:00Z')!,
};
const at = (minute: number): string => `2026-01-17T00:${String(minute).padStart(2, '0')}:00Z`;
const parameters = assumeRoleRecord()['requestParameters'] as TrailRecord;

/** Every kind of role event, and some of everything that is none. */
const records: readonly TrailRecord[] = [
  ...trailRecords(20),
  assumeRoleRecord({ eventID: eventIdOf(20), eventTime: at(20), eventName: 'AssumeRoot' }),
  assumeRoleRecord({ eventID: eventIdOf(21), eventTime: at(21), eventName: 'AssumeRoleWithSAML' }),
  assumeRoleRecord({
    eventID: eventIdOf(22),
    eventTime: at(22),
    userAgent: '{"eventName":"AssumeRole"}\u2028é👍\\',
    requestParameters: { ...parameters, sourceIdentity: '', roleSessionName: 'ünï' },
  }),
  assumeRoleRecord({ eventID: eventIdOf(23), eventTime: at(23), sharedEventID: 'call' }),
  assumeRoleRecord({ eventID: eventIdOf(24), eventTime: at(24), userIdentity: undefined }),
  assumeRoleRecord({ eventID: eventIdOf(25), eventTime: at(25), requestParameters: undefined }),
  assumeRoleRecord({ eventID: eventIdOf(26), eventTime: at(26), eventName: 'GetCallerIdentity' }),
  assumeRoleRecord({ eventID: eventIdOf(27), eventTime: at(27), eventSource: 's3.amazonaws.com' }),
].filter(({ eventSource }) => eventSource === 'sts.amazonaws.com');

interface Carried {
  readonly logs: readonly string[] | undefined;
  readonly stdin?: string | Buffer;
  readonly endpointUrl?: string;
  readonly athena?: AthenaOptions;
  /** Does the carrier leave out whether the caller's own session carries an identity? */
  readonly hidesHops?: boolean;
}
/** Puts records onto a carrier; what is written lies in the folder. */
type Carry = (records: readonly TrailRecord[], folder: string) => Carried | Promise<Carried>;

const trail = (Records: readonly TrailRecord[]): string => JSON.stringify({ Records });
const saved = (all: readonly TrailRecord[]): string =>
  JSON.stringify(
    {
      Events: all.map((record) => ({
        EventId: record['eventID'],
        EventName: record['eventName'],
        EventTime: Date.parse(String(record['eventTime'])) / 1000,
        CloudTrailEvent: JSON.stringify(record),
      })),
    },
    null,
    4,
  );
const inFile =
  (write: (all: readonly TrailRecord[]) => string | Buffer): Carry =>
  (all, folder) => ({ logs: [file(folder, 'log', write(all))] });

/** Every wrapper, in a file; the same packed; and each record in a file of its own, joined. */
const wrapped: Readonly<Record<string, Carry>> = Object.fromEntries(
  Object.entries(WRAPPERS).flatMap(([name, wrap]) => [
    [name, inFile(wrap)],
    [`${name}, packed, on standard input`, (all) => ({ logs: ['-'], stdin: gzipSync(wrap(all)) })],
    [
      `${name}, joined`,
      inFile((all) => Buffer.concat(all.map((record) => Buffer.from(wrap([record]))))),
    ],
  ]),
);

const CARRIERS: Readonly<Record<string, Carry>> = {
  ...wrapped,
  'one log file': inFile(trail),
  'one log file, packed': inFile((all) => gzipSync(trail(all))),
  'a trail of many small files': (all, folder) => {
    const area = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/17';
    for (const [n, record] of all.entries()) {
      file(folder, `${area}/1_CloudTrail_us-east-1_${n}.json.gz`, gzipSync(trail([record])));
    }
    return { logs: [folder] };
  },
  NDJSON: inFile((all) => all.map((record) => `${JSON.stringify(record)}\n`).join('')),
  'NDJSON with the line ends of Windows': inFile((all) =>
    all.map((record) => JSON.stringify(record)).join('\r\n'),
  ),
  'records printed one after the other': inFile((all) =>
    all.map((record) => JSON.stringify(record, null, 2)).join('\n'),
  ),
  'an array': inFile((all) => JSON.stringify(all, null, 2)),
  'saved lookup-events output': inFile(saved),
  'standard input': (all) => ({ logs: ['-'], stdin: trail(all) }),
  'standard input, packed': (all) => ({ logs: ['-'], stdin: gzipSync(saved(all)) }),
  'several files and standard input': (all, folder) => ({
    logs: [file(folder, 'a', trail(all.slice(0, 9))), '-'],
    stdin: all
      .slice(9)
      .map((record) => `${JSON.stringify(record)}\n`)
      .join(''),
  }),
  'a trail in S3': async (all) => {
    const s3 = await startS3();
    closing.push(async () => s3.close());
    const area = 'some/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/17';
    for (const [n, record] of all.entries()) {
      s3.put('logs', `${area}/1_CloudTrail_us-east-1_${n}.json.gz`, gzipSync(trail([record])));
    }
    return { logs: ['s3://logs'], endpointUrl: s3.url };
  },
  LookupEvents: async (all) => {
    const now = Date.parse('2026-01-20T00:00:00Z') / 1000;
    const cloudTrail = await startCloudTrail({ 'us-east-1': all }, { now, pageSize: 15 });
    closing.push(cloudTrail.close);
    return { logs: undefined, endpointUrl: cloudTrail.url };
  },
  ...Object.fromEntries(
    Object.entries(TABLES).map(([name, shape]) => [`Athena, ${name}`, inAthena(shape)]),
  ),
};

function inAthena(shape: TableShape): Carry {
  return async (all, folder) => {
    writeTrail(all, folder, shape);
    const { url, close } = await startAthena({ 'audit.logs': { ...shape, folder } });
    closing.push(close);
    const athena = { database: 'audit', table: 'logs', output: 's3://results/', price: 5 };
    return {
      logs: undefined,
      endpointUrl: url,
      athena: { ...athena, workgroup: undefined, catalog: undefined, wholeTable: true },
      hidesHops: !/sourceidentity|unmapped/.test(JSON.stringify(shape.columns)),
    };
  };
}

const closing: (() => void | Promise<void>)[] = [];
beforeAll(stubAwsEnvironment);
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const close of closing) await close();
});

describe.each(Object.entries(CARRIERS))('%s', (_, carry) => {
  test('carries the same role events as any other', async () => {
    const carried = await carry(records, temporaryFolder());
    const { logs, stdin, endpointUrl, athena, hidesHops = false } = carried;
    const { context, rejects, meter } = keptReading();
    const from: EventsFrom = {
      logs,
      endpointUrl,
      athena,
      region: 'us-east-1',
      eventRegions: ['us-east-1'],
      eventAccounts: athena && ['111122223333'],
      eventNames: ROLE_CALLS,
      window,
    };
    const opened = await openCarrier(from, Readable.from(pieces(stdin)), context);
    try {
      const events = await rowsOf(opened.calls());
      const expected = parseAll(records).events.map((call): RoleCall => {
        // What hides the caller's identity is a later hop only where the identity was inherited.
        const isHidden = hidesHops && call.callerRoleArn !== undefined && call.hop === 'first';
        return isHidden ? { ...call, hop: 'unknown' } : call;
      });
      expect(events.toSorted(byId)).toEqual(expected.toSorted(byId));
      expect(rejects).toEqual([]);
      expect(meter).toMatchObject({ events: events.length, complete: true });
    } finally {
      await opened.dispose();
    }
  });
});

describe('standard input', () => {
  const input = trail(records);

  test('leaves nothing behind when the audit is done', async () => {
    const sessions = file(temporaryFolder(), 'sessions.ndjson', '');
    const folder = ownTemporaryFolder();
    const ended = await untracked(input, ['--sessions', sessions]);
    expect(ended.text).toContain('no_source_identity');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('leaves nothing behind when the sessions cannot be opened', async () => {
    const folder = ownTemporaryFolder();
    const { url, close } = await startDynalite();
    closing.push(close);
    const ended = await untracked(input, ['--table', 'no-such-table', '--endpoint-url', url]);
    expect(ended.code).toBe(ExitCode.Failed);
    expect(ended.text).toMatch(/table no-such-table .*ResourceNotFoundException/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

async function untracked(
  input: string,
  more: readonly string[],
): Promise<{ code: ExitCode; text: string }> {
  let text = '';
  const output = (): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        text += chunk.toString();
        done();
      },
    });
  const argv = ['untracked-sessions', '--events', '-', '--since', '2026-01-17', '--format', 'csv'];
  const code = await main([...argv, '--region', 'us-east-1', ...more], {
    env: {},
    stdin: Readable.from(pieces(input)),
    stdout: output(),
    stderr: output(),
    signal: new AbortController().signal,
    now: parseInstant('2026-01-18T00:00:00Z')!,
  });
  return { code, text };
}

/** As a pipe would bring it. */
function pieces(content: string | Buffer = ''): Buffer[] {
  const bytes = Buffer.from(content);
  return Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, n) =>
    bytes.subarray(n * 1000, (n + 1) * 1000),
  );
}

function file(folder: string, name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
