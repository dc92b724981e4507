import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { after, itemOf, nowAfter, NOON, sessionsIn } from '../support/archives.js';
import { startAthena } from '../support/athena.js';
import { startFakeAws } from '../support/aws.js';
import { CURRENT } from '../support/athena-tables.js';
import { type Ended, cli, objects } from '../support/cli.js';
import { startCloudTrail, trailRecords } from '../support/cloudtrail.js';
import { createTable, startDynalite } from '../support/dynamodb.js';
import { startS3 } from '../support/s3/server.js';
import { idOf, sessionRows } from '../support/sessions.js';
import { startStreamedTable } from '../support/streams/server.js';
import { NO_AWS, VOUCHED, fileOf, ndjsonOf, writeTrail } from '../support/trail.js';

/** The endpoints behind a command, by the variable that names each. */
export type Endpoints = Readonly<Record<string, string>>;

/** A command, and what it asks. */
export interface Scene {
  readonly name: string;
  /** Once for all runs. */
  readonly open: () => Promise<Stage>;
}

export interface Stage {
  readonly endpoints: Endpoints;
  /** Runs the command; a folder is its own. `number` is another one for each run. */
  readonly run: (env: Endpoints, folder: string, number: number) => Promise<Ended>;
  /** What came of a run that ended well, without what differs from run to run. */
  readonly answer: (run: Ended, folder: string, number: number) => unknown;
  /** The same command in the same folder, undisturbed, mends what a failed run left. */
  readonly goesOn?: boolean;
  readonly close: () => void;
}

const STS = process.env['TEST_STS'] ?? '';
const WINDOW = ['--since', '2026-01-17', '--until', '2026-01-18'];
const NOW = { seconds: Date.UTC(2026, 0, 20) / 1000, nanos: 0 };

const linesOf = (text: string): string[] => text.split('\n').toSorted();

/** A report without who asked, what it cost and how it was read. */
function reportIn({ stdout }: Ended): unknown {
  const { identity: _, athena: __, ...report } = JSON.parse(stdout) as Record<string, unknown>;
  return report;
}

/** Sessions of a live table; with a low budget its pages are small. */
async function openTable(rows: number): Promise<{ url: string; close: () => void }> {
  const endpoint = await startDynalite();
  await createTable(endpoint.url, 'sentinel-sessions', sessionRows(rows));
  return { url: endpoint.url, close: () => void endpoint.close() };
}

function overTable(
  name: string,
  args: (folder: string) => readonly string[],
  answer: Stage['answer'],
  more: { goesOn?: boolean } = {},
): Scene {
  return {
    name,
    open: async () => {
      const table = await openTable(240);
      return {
        endpoints: { AWS_ENDPOINT_URL_DYNAMODB: table.url, AWS_ENDPOINT_URL_STS: STS },
        run: (env, folder) => cli(args(folder), { env: { ...NO_AWS, ...env } }),
        answer,
        ...more,
        close: table.close,
      };
    },
  };
}

const SLOW = ['--max-rcu', '2', '--segments', '3'];

/** The audits, with sessions of a live table and calls of one carrier. */
function audit(
  name: string,
  args: readonly string[],
  openCalls: () => Promise<{ endpoints: Endpoints; args: readonly string[]; close: () => void }>,
): Scene {
  return {
    name,
    open: async () => {
      const [table, calls] = [await openTable(40), await openCalls()];
      const words = [...args, ...WINDOW, ...calls.args, ...VOUCHED, '--table', 'sentinel-sessions'];
      return {
        endpoints: {
          ...calls.endpoints,
          AWS_ENDPOINT_URL_DYNAMODB: table.url,
          AWS_ENDPOINT_URL_STS: STS,
        },
        run: (env) => cli(words, { env: { ...NO_AWS, ...env }, now: NOW }),
        answer: reportIn,
        close: () => {
          table.close();
          calls.close();
        },
      };
    },
  };
}

async function lookedUp() {
  const trail = await startCloudTrail(
    { 'us-east-1': [...trailRecords(120)], 'eu-west-1': [...trailRecords(30)] },
    { perSecond: Infinity, pageSize: 10, now: NOW.seconds },
  );
  return {
    endpoints: { AWS_ENDPOINT_URL_CLOUDTRAIL: trail.url },
    args: ['--event-regions', 'us-east-1,eu-west-1'],
    close: trail.close,
  };
}

async function fromAthena() {
  const folder = writeTrail([...trailRecords(120)]);
  const athena = await startAthena(
    { 'audit.logs': { ...CURRENT, folder } },
    { pollsUntilDone: 2, workGroups: { primary: { output: 's3://results/' } } },
  );
  return {
    endpoints: { AWS_ENDPOINT_URL_ATHENA: athena.url },
    args: ['--events', 'athena', '--athena-table', 'audit.logs'],
    close: athena.close,
  };
}

async function fromS3() {
  const s3 = await startS3();
  putTrail((key, body) => s3.put('trail', key, body));
  return {
    endpoints: { AWS_ENDPOINT_URL_S3: s3.url },
    args: ['--events', 's3://trail'],
    close: s3.close,
  };
}

function putTrail(put: (key: string, body: string) => void): void {
  for (const [n, records] of chunks([...trailRecords(120)], 12).entries()) {
    const file = `111122223333_CloudTrail_us-east-1_20260117T${String(n).padStart(2, '0')}05Z_0123456789abcdef.json`;
    put(
      `AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/17/${file}`,
      JSON.stringify({ Records: records }),
    );
  }
}

function chunks<T>(all: readonly T[], count: number): T[][] {
  const size = Math.ceil(all.length / count);
  return Array.from({ length: count }, (_, n) => all.slice(n * size, (n + 1) * size));
}

/** What an S3 is written, from files of this machine. */
function intoS3(
  name: string,
  args: (out: string) => readonly string[],
  prefix: (number: number) => string,
): Scene {
  return {
    name,
    open: async () => {
      const s3 = await startS3({ buckets: { out: {} } });
      const sessions = fileOf('sessions.ndjson', ndjsonOf(sessionRows(400)));
      return {
        endpoints: { AWS_ENDPOINT_URL_S3: s3.url },
        run: (env, _, number) =>
          cli([...args(`s3://out/${prefix(number)}`), '--sessions', sessions], {
            env: { ...NO_AWS, ...env },
            now: NOW,
          }),
        answer: (_, __, number) =>
          s3
            .keys('out')
            // A lock whose removal something else answered stays; the next run waits for it.
            .filter((key) => key.startsWith(prefix(number)) && !/_manifest|lock$/.test(key))
            .flatMap((key) => linesOf(unpacked(s3.get('out', key)!))),
        close: s3.close,
      };
    },
  };
}

function unpacked(bytes: Buffer): string {
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
}

function archiving(name: string, more: readonly string[]): Scene {
  return {
    name,
    open: async () => {
      const table = await startStreamedTable({ now: () => NOON, shards: 2 });
      for (let n = 0; n < 60; n++) table.put(itemOf(n, -n));
      for (let n = 0; n < 20; n++) table.update(idOf(n), { updated_at: { S: after(n + 1) } });
      for (let n = 20; n < 40; n++) table.remove(idOf(n), 'ttl');
      return {
        endpoints: {
          AWS_ENDPOINT_URL_DYNAMODB: table.url,
          AWS_ENDPOINT_URL_DYNAMODB_STREAMS: table.url,
          AWS_ENDPOINT_URL_STS: STS,
        },
        run: (env, folder) =>
          cli(['archive', '--to', join(folder, 'archive'), ...more], {
            env: { ...NO_AWS, ...env },
            now: nowAfter(0),
          }),
        answer: async (_, folder) => {
          const rows = await sessionsIn(join(folder, 'archive'));
          return rows.map((row) => JSON.stringify(row)).toSorted();
        },
        goesOn: true,
        close: () => table.close(),
      };
    },
  };
}

export const SCENES: readonly Scene[] = [
  overTable(
    'export',
    () => ['export', '--columns', 'all', ...SLOW],
    ({ stdout }) => linesOf(stdout),
  ),
  overTable(
    'export --out --checkpoint',
    (folder) => [
      'export',
      ...SLOW,
      '--out',
      join(folder, 'x.csv.gz'),
      '--checkpoint',
      join(folder, 'checkpoint'),
    ],
    (_, folder) => [
      readdirSync(folder),
      linesOf(gunzipSync(readFileSync(join(folder, 'x.csv.gz'))).toString()),
    ],
    { goesOn: true },
  ),
  overTable(
    'server-sessions',
    () => ['server-sessions', '--user', 'alice', '--max-rcu', '2', '--json'],
    ({ stdout }) => JSON.parse(stdout) as unknown,
  ),
  audit('untracked-sessions, looked up', ['untracked-sessions', '--json'], lookedUp),
  audit('session-compliance, looked up', ['session-compliance', '--json'], lookedUp),
  audit('untracked-sessions, from Athena', ['untracked-sessions', '--json'], fromAthena),
  audit('session-compliance, from S3', ['session-compliance', '--json'], fromS3),
  audit('untracked-sessions, from S3', ['untracked-sessions', '--json'], fromS3),
  {
    name: 'export events, from S3',
    open: async () => {
      const { endpoints, args, close } = await fromS3();
      return {
        endpoints,
        run: (env) =>
          cli(['export', 'events', ...WINDOW, ...args, '--format', 'ndjson'], {
            env: { ...NO_AWS, ...env },
          }),
        answer: ({ stdout }) =>
          objects(stdout)
            .map((row) => JSON.stringify(row))
            .toSorted(),
        close,
      };
    },
  },
  {
    name: 'export events, looked up, with a cache',
    open: async () => {
      const { endpoints, args, close } = await lookedUp();
      return {
        endpoints: { ...endpoints, AWS_ENDPOINT_URL_STS: STS },
        run: (env, folder) =>
          cli(['export', 'events', ...WINDOW, ...args, '--cache', join(folder, 'cache')], {
            env: { ...NO_AWS, ...env },
            now: NOW,
          }),
        answer: ({ stdout }) => linesOf(stdout),
        goesOn: true,
        close,
      };
    },
  },
  {
    name: 'export as a role that is assumed',
    open: async () => {
      const [table, aws] = [await openTable(40), await startFakeAws()];
      const keys = 'aws_access_key_id = AKIATEST\naws_secret_access_key = test\n';
      const role = 'role_arn = arn:aws:iam::111122223333:role/Audit\nsource_profile = own\n';
      const config = fileOf('config', `[profile audit]\n${role}[profile own]\n${keys}`);
      return {
        endpoints: { AWS_ENDPOINT_URL_DYNAMODB: table.url, AWS_ENDPOINT_URL_STS: aws.url },
        run: (env) =>
          cli(['export', '--aws-profile', 'audit'], {
            env: { ...NO_AWS, ...env, AWS_CONFIG_FILE: config },
          }),
        answer: ({ stdout }) => linesOf(stdout),
        close: () => {
          table.close();
          aws.close();
        },
      };
    },
  },
  intoS3(
    'export to S3',
    (out) => ['export', '--out', out],
    (number) => `${number}.csv.gz`,
  ),
  intoS3(
    'export to a lake in S3',
    (out) => [
      'export',
      '--partition-by',
      'day',
      '--format',
      'ndjson',
      '--out',
      out,
      '--since',
      '2026-01-01',
    ],
    (number) => `lake-${number}/`.slice(0, -1),
  ),
  archiving('archive', []),
  archiving('archive --compact', ['--compact']),
];
