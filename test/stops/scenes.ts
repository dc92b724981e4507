import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseRecord } from '../../src/model/archive/archive-record.js';
import { parseCheckpoint } from '../../src/checkpoint/export-checkpoint.js';
import { itemOf } from '../support/archives.js';
import { startAthena } from '../support/athena.js';
import { CURRENT } from '../support/athena-tables.js';
import { cli, scratch } from '../support/cli.js';
import { type TrailRecord, startCloudTrail, trailRecords } from '../support/cloudtrail.js';
import { type FakeS3, startS3 } from '../support/s3/server.js';
import { sessionRows } from '../support/sessions.js';
import { startStreamedTable } from '../support/streams/server.js';
import { NO_AWS, VOUCHED, fileOf, ndjsonOf, roleRecord, writeTrail } from '../support/trail.js';
import { type Files, filesIn } from './leftovers.js';
import { slowly } from '../support/slowly.js';

/** What one run of a scene is given, and what is looked at when it has ended. */
export interface Stage {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What comes through standard input, which then stays open. */
  readonly stdin?: string;
  /** Nobody reads standard output. */
  readonly isUnread?: boolean;
  /** Objects, beside the files of the folder in which the program runs. */
  readonly objects?: () => Files;
  /** What goes on at a service. */
  readonly left?: () => readonly string[];
  readonly close?: () => void;
}

/** A command with a kind of source and of output: a row of the table. */
export interface Scene {
  readonly name: string;
  /** Prepares one run, in an empty folder. */
  readonly stage: (folder: string) => Stage | Promise<Stage>;
  /** Milliseconds in which to interrupt what has no end, or an archive: its files are others each time. */
  readonly lasts?: number;
  /** What may be there already, besides what an undisturbed run makes. */
  readonly before?: () => Promise<Files>;
  /** What is odd about its files, where they are not compared with those of an undisturbed run. */
  readonly oddities?: (files: Files) => readonly string[];
}

const closing: (() => void)[] = [];

/** Ends the servers that scenes share. */
export function closeScenes(): void {
  for (const close of closing.splice(0)) close();
}

/** Made when it is first needed, and shared by all runs. */
function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

/** A server that answers late: the time of a run is spread over all that it does. */
async function late<S extends { readonly url: string; readonly close: () => void }>(
  starting: Promise<S>,
  millis: number,
): Promise<S & { readonly slow: string }> {
  const server = await starting;
  const slow = await slowly(server.url, millis);
  const close = (): void => {
    slow.close();
    server.close();
  };
  return { ...server, close, slow: slow.url };
}

function kept<S extends { readonly close: () => void }>(starting: Promise<S>): Promise<S> {
  void starting.then(({ close }) => closing.push(close));
  return starting;
}

const table = once(async () => {
  const server = await kept(late(startStreamedTable({ now: () => Date.now() }), 10));
  for (let n = 0; n < 1500; n++) server.put(itemOf(n, n, { revoked_reason: 'x'.repeat(1200) }));
  return { AWS_ENDPOINT_URL: server.slow };
});
/** An upload in two parts. */
const largeSessions = once(() => {
  const rows = sessionRows(1500).map((row) => ({ ...row, revoked_reason: 'x'.repeat(8000) }));
  return fileOf('sessions.ndjson', ndjsonOf(rows));
});
const sessions = once(() => fileOf('sessions.ndjson', ndjsonOf(sessionRows(4000))));
const broken = once(() => {
  const rows = sessionRows(4000).map((row, n) => (n % 3 === 0 ? { ...row, id: n } : row));
  return fileOf('sessions.ndjson', ndjsonOf(rows));
});
const recordsOf = (count: number): TrailRecord[] =>
  Array.from({ length: count }, (_, n) =>
    roleRecord(n, { at: `2026-01-${String((n % 20) + 1).padStart(2, '0')}T12:00:00Z` }),
  );
const trail = once(() => writeTrail(recordsOf(1000)));
/** More calls and findings than are held. */
const longTrail = once(() => writeTrail(recordsOf(11_000)));
const athenaTrail = once(() => writeTrail([...trailRecords(600)]));
const lookup = once(async () => {
  const at = new Date(Date.now() - 3_600_000).toISOString();
  const events = [...trailRecords(60)].map((record) => ({ ...record, eventTime: at }));
  const regions = { 'eu-west-1': events, 'us-east-1': events.slice(0, 30) };
  const server = await kept(late(startCloudTrail(regions, { perSecond: 1000 }), 30));
  return { AWS_ENDPOINT_URL_CLOUDTRAIL: server.slow, AWS_REGION: 'eu-west-1' };
});

const WEEK = ['--since', '2026-01-17', '--until', '2026-01-24'];
const MONTH = ['--since', '2026-01-01', '--until', '2026-02-01'];
const DAY = ['--since', '24h', '--until', '1m'];
const BY_DAY = ['--partition-by', 'day', '--format', 'ndjson', '--out'];
const given = (): string[] => ['--sessions', sessions(), ...VOUCHED];

/** From files alone. */
const files = (...args: string[]): Stage => ({ args, env: NO_AWS });

/** From the live table. */
const live = async (...args: string[]): Promise<Stage> => ({ args, env: await table() });

const lookedUp = async (...args: string[]): Promise<Stage> => ({
  args: [...args, ...DAY],
  env: { ...NO_AWS, ...(await lookup()) },
});

/** With an Athena of its own. */
async function asked(...args: string[]): Promise<Stage> {
  const tables = { 'audit.logs': { ...CURRENT, folder: athenaTrail() } };
  const workGroups = { primary: { output: 's3://results/' } };
  const { slow, queries, close } = await late(startAthena(tables, { workGroups }), 20);
  return {
    args: [...args, ...WEEK, '--events', 'athena', '--athena-table', 'audit.logs'],
    env: { AWS_ENDPOINT_URL: slow },
    left: () => {
      const running = queries.filter(({ state }) => /QUEUED|RUNNING/.test(state));
      return running.map(({ id }) => `query ${id} still runs`);
    },
    close,
  };
}

/** With an S3 of its own, which has the bucket `out`. */
async function stored(
  stage: Stage | Promise<Stage>,
  fill: (s3: FakeS3) => void = () => {},
): Promise<Stage> {
  const { args, env } = await stage;
  const s3 = await late(startS3({ buckets: { out: {} } }), 40);
  fill(s3);
  return {
    args,
    env: { ...env, AWS_ENDPOINT_URL_S3: s3.slow },
    objects: () => new Map(s3.keys('out').map((key) => [key, s3.get('out', key)!])),
    left: () => s3.uploads('out').map((key) => `an upload of ${key} is left`),
    close: s3.close,
  };
}

/** A pipe at a path of a folder; what is written into it stays there, since nobody closes it. */
function pipeIn(folder: string, name: string, text: string, stage: Stage): Stage {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, 'r+');
  writeSync(fd, text);
  return { ...stage, close: () => closeSync(fd) };
}

/** A lake of sessions, some of which an export changes. */
const heldLake = once(async () => {
  const out = join(scratch(), 'lake');
  const older = sessionRows(3000).map((row) => ({ ...row, request_count: 0 }));
  const from = ['--sessions', fileOf('sessions.ndjson', ndjsonOf(older)), ...MONTH];
  await cli(['export', ...from, ...BY_DAY, out], { env: NO_AWS });
  return out;
});

/** An archive has a record, and the files that it names, whole; `merged` ones are removed by the next run. */
function oddArchive(all: Files): string[] {
  const text = [...all].find(([path]) => path.endsWith('archive.json'))?.[1];
  const record = text && parseRecord(text.toString());
  if (text !== undefined && record === undefined) return ['archive.json is no record'];
  const named = record?.files.map(({ name }) => name) ?? [];
  const known = new Set([...named, ...(record?.merged ?? []), 'archive.json']);
  const paths = [...all.keys()].map((path) => path.replace(/^archive\//, ''));
  for (const [path, bytes] of all) if (path.endsWith('.gz')) gunzipSync(bytes); // or it throws
  return [
    ...named.filter((name) => !paths.includes(name)).map((name) => `${name} is not there`),
    ...paths.filter((path) => !known.has(path)).map((path) => `${path} is left`),
  ];
}

/** The rejects that were written, each whole, and nothing else. */
function oddRejects(all: Files): string[] {
  const { 'rejects.ndjson': rejects, ...others } = Object.fromEntries(all);
  const lines = rejects?.toString().split('\n') ?? [''];
  const isWhole =
    lines.pop() === '' && lines.every((line) => 'raw' in (JSON.parse(line) as object));
  return [
    ...(isWhole ? [] : ['rejects.ndjson is not whole']),
    ...Object.keys(others).map((path) => `${path} is left`),
  ];
}

/** What an export goes on with: the checkpoint, and the rows that it counts. Or nothing but the output. */
function oddCheckpoint(left: Files): readonly string[] {
  const names = [...left.keys()];
  const text = left.get('checkpoint')?.toString() ?? '';
  if (text === '') return names.filter((name) => !/^(?:x\.csv\.gz|checkpoint)$/.test(name));
  const { name, bytes } = parseCheckpoint(text).part;
  const held = left.get(name)?.length ?? (left.has('x.csv.gz') ? bytes : 0);
  const others = names.filter((one) => ![name, 'checkpoint', 'x.csv.gz'].includes(one));
  return [...others, ...(held < bytes ? [`${name} is too short`] : [])];
}

const ARCHIVE = { lasts: 4500, oddities: oddArchive };
const scene = (name: string, stage: Scene['stage'], more: Partial<Scene> = {}): Scene => ({
  name,
  stage,
  ...more,
});

/** Every command, with every kind of source and of output. */
export const SCENES: readonly Scene[] = [
  scene('export of a table', () => live('export')),
  scene(
    'export that nobody reads',
    async () => ({ ...(await live('export', '--columns', 'all')), isUnread: true }),
    {
      lasts: 1500,
    },
  ),
  scene('export into a file', () => live('export', '--out', 'x.csv')),
  scene('export into gzip', () => live('export', '--out', 'x.ndjson.gz')),
  scene('export into Parquet', () => live('export', '--out', 'x.parquet')),
  scene(
    'export with a checkpoint',
    () => live('export', '--out', 'x.csv.gz', '--checkpoint', 'checkpoint'),
    { oddities: oddCheckpoint },
  ),
  scene('export into S3', () => stored(live('export', '--out', 's3://out/x.csv'))),
  scene('export into S3 in parts', () =>
    stored(files('export', '--sessions', largeSessions(), '--out', 's3://out/x.csv')),
  ),
  scene(
    'export of standard input',
    () => ({
      ...files('export', '--sessions', '-', '--out', 'x.csv'),
      stdin: ndjsonOf(sessionRows(100)),
    }),
    { lasts: 1500 },
  ),
  scene(
    'export of a named pipe',
    (folder) => pipeIn(folder, 'in', '{"id":', files('export', '--sessions', 'in')),
    { lasts: 1500 },
  ),
  scene(
    'export into a named pipe',
    (folder) =>
      pipeIn(folder, 'out', '', files('export', '--sessions', sessions(), '--out', 'out')),
    { lasts: 1500 },
  ),
  scene(
    'export with rejects',
    () => files('export', '--sessions', broken(), '--rejects', 'rejects.ndjson', '--quiet'),
    { oddities: oddRejects },
  ),
  scene('export events of log files', () =>
    files('export', 'events', ...MONTH, '--events', trail()),
  ),
  scene(
    'export events of standard input',
    () => ({
      ...files('export', 'events', '--events', '-', '--out', 'x.csv'),
      stdin: ndjsonOf(recordsOf(30)),
    }),
    { lasts: 1500 },
  ),
  scene('export events of lookup', () => lookedUp('export', 'events', '--out', 'x.csv')),
  scene(
    'export events of lookup, cached',
    () => lookedUp('export', 'events', '--cache', 'cache', '--out', 'x.csv'),
    { oddities: (left) => [...left.keys()].filter((name) => !/^x\.csv$|\.ndjson\.gz$/.test(name)) },
  ),
  scene('export events of Athena', () => asked('export', 'events', '--out', 'x.parquet')),
  scene('export verdicts', () =>
    files('export', 'verdicts', ...MONTH, ...given(), '--events', trail(), '--out', 'x.parquet'),
  ),
  scene('a lake in a folder', () =>
    files('export', 'events', ...MONTH, '--events', longTrail(), ...BY_DAY, 'lake'),
  ),
  scene('a lake in S3', () =>
    stored(files('export', 'events', ...MONTH, '--events', trail(), ...BY_DAY, 's3://out/lake')),
  ),
  scene(
    'a lake that is merged',
    async (folder) => {
      cpSync(await heldLake(), join(folder, 'lake'), { recursive: true });
      return files('export', '--sessions', sessions(), ...MONTH, ...BY_DAY, 'lake');
    },
    {
      before: async () =>
        new Map([...filesIn(await heldLake())].map(([path, file]) => [`lake/${path}`, file])),
    },
  ),
  scene('server-sessions', () => live('server-sessions', '--all')),
  scene('untracked-sessions of files', () =>
    files('untracked-sessions', ...MONTH, ...given(), '--events', longTrail(), '--out', 'x.json'),
  ),
  scene('untracked-sessions of S3', () =>
    stored(
      files('untracked-sessions', ...MONTH, ...given(), '--events', 's3://trail', '--json'),
      putTrail,
    ),
  ),
  scene('untracked-sessions of lookup', () =>
    lookedUp('untracked-sessions', '--sessions', sessions()),
  ),
  scene('untracked-sessions of Athena', () => asked('untracked-sessions', ...given())),
  scene('session-compliance of files', () =>
    files('session-compliance', ...MONTH, ...given(), '--events', longTrail()),
  ),
  scene('session-compliance of lookup', () =>
    lookedUp('session-compliance', '--sessions', sessions()),
  ),
  scene('session-compliance of Athena', () => asked('session-compliance', ...given())),
  scene('archive in a folder', () => live('archive', '--to', 'archive'), ARCHIVE),
  scene('archive in S3', () => stored(live('archive', '--to', 's3://out/archive')), ARCHIVE),
  scene('archive that is merged', () => live('archive', '--to', 'archive', '--compact'), ARCHIVE),
  scene(
    'archive that is followed',
    () => stored(live('archive', '--to', 's3://out/archive', '--follow', '--interval', '1s')),
    ARCHIVE,
  ),
  scene('lake-table', () => files('lake-table', 'events', '--location', 's3://lake/events')),
  scene('athena-table', () =>
    files(
      'athena-table',
      '--location',
      's3://logs/AWSLogs/111122223333/CloudTrail/us-east-1',
      '--out',
      'x.sql',
    ),
  ),
];

/** The trail as one object a day. */
function putTrail(s3: FakeS3): void {
  for (const [path, bytes] of filesIn(trail())) s3.put('trail', `${path}.gz`, gzipSync(bytes));
}
