import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, type RunOptions, cli, scratch } from './cli.js';
import { type TrailRecord, assumeRoleRecord, eventIdOf } from './cloudtrail.js';
import type { Row } from './sessions.js';

/** What tells one call from the next; the rest is as {@link assumeRoleRecord} has it. */
export interface Call {
  /** When it was; noon of 2026-01-20 unless told. */
  readonly at?: string;
  /** The name of the role that was assumed. */
  readonly role?: string;
  readonly identity?: string;
  /** Value of the tag `SentinelSessionID`. */
  readonly tag?: string;
  readonly caller?: object;
  /** Any other members of the record. */
  readonly more?: TrailRecord;
}

/** Asking AWS would fail at once: runs on files must not. */
export const NO_AWS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
export const WINDOW = ['--since', '2026-01-17', '--until', '2026-01-24'];

export function roleArn(name: string): string {
  return `arn:aws:iam::111122223333:role/${name}`;
}

/** The record of call number `n`, as a trail has it. */
export function roleRecord(n: number, call: Call = {}): TrailRecord {
  const { at = '2026-01-20T12:00:00Z', role = 'Prod', identity, tag, caller, more } = call;
  return assumeRoleRecord({
    eventID: eventIdOf(n),
    eventTime: at,
    requestParameters: {
      roleArn: roleArn(role),
      roleSessionName: `tvm-${n}`,
      ...(identity !== undefined && { sourceIdentity: identity }),
      ...(tag !== undefined && { tags: [{ key: 'SentinelSessionID', value: tag }] }),
    },
    ...(caller !== undefined && { userIdentity: caller }),
    ...more,
  });
}

/** How a trail is laid out: the records, and the folders of days such as `2026-01-20`. */
export interface Layout {
  readonly recordOf?: (record: TrailRecord) => object;
  readonly folderOf?: (day: string) => string;
}

/** A folder as a trail lays it out, unless told otherwise: a file for each day of the records. */
export function writeTrail(
  records: readonly TrailRecord[],
  folder = scratch(),
  { recordOf = (record) => record, folderOf = (day) => day.replaceAll('-', '/') }: Layout = {},
): string {
  const account = '111122223333';
  const dayOf = (record: TrailRecord): string => String(record['eventTime']).slice(0, 10);
  const root = join(folder, 'AWSLogs', account, 'CloudTrail', 'us-east-1');
  mkdirSync(root, { recursive: true });
  for (const day of new Set(records.map(dayOf))) {
    const Records = records.filter((record) => dayOf(record) === day).map(recordOf);
    const below = join(root, folderOf(day));
    mkdirSync(below, { recursive: true });
    const name = `${account}_CloudTrail_us-east-1_${day.replaceAll('-', '')}T2355Z_0123456789abcdef.json`;
    writeFileSync(join(below, name), JSON.stringify({ Records }));
  }
  return folder;
}

/** A file of its own in a new folder. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(scratch(), name);
  writeFileSync(path, content);
  return path;
}

export function ndjsonOf(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Says that no session of January 2026 is missing. */
export const VOUCHED = ['--sessions-since', '2026-01-01', '--sessions-until', '2026-02-01'];

/** Runs a command over records and sessions that are in files and complete, in the week from 2026-01-17 on. */
export async function runOver(
  command: readonly string[],
  records: readonly TrailRecord[],
  sessions: readonly Row[],
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ended> {
  const inputs = ['--events', writeTrail(records)];
  if (!command.includes('events')) {
    inputs.push('--sessions', fileOf('sessions.ndjson', ndjsonOf(sessions)), ...VOUCHED);
  }
  const { env, ...rest } = options;
  return cli([...command, ...WINDOW, ...inputs, ...args], { ...rest, env: { ...NO_AWS, ...env } });
}

/** `untracked-sessions` over records and sessions that are in files. */
export function untracked(
  records: readonly TrailRecord[],
  sessions: readonly Row[],
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ended> {
  return runOver(['untracked-sessions'], records, sessions, args, options);
}

/** The JSON document of `untracked-sessions`, as far as the tests look into it. */
export interface AuditDocument {
  readonly total_events: number;
  readonly tracked_events: number;
  readonly untracked_events: number;
  readonly orphaned_events: number;
  readonly unverifiable_events: number;
  readonly compliance_rate: number;
  readonly complete: boolean;
  readonly rejected: number;
  readonly regions: readonly string[];
  readonly excluded: Readonly<Record<string, number>>;
  readonly anomalies: Readonly<Record<string, number>>;
  readonly untracked_sessions: readonly Readonly<Record<string, unknown>>[];
  readonly anomalous_sessions: readonly Readonly<Record<string, unknown>>[];
}

/** The document that `untracked-sessions --json` writes of some records and sessions. */
export async function auditOf(
  records: readonly TrailRecord[],
  sessions: readonly Row[],
  args: readonly string[] = [],
): Promise<AuditDocument> {
  const { stdout, stderr } = await untracked(records, sessions, ['--json', ...args]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as AuditDocument;
}
