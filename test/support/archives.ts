import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Instant, parseInstant } from '../../src/model/time/instant.js';
import { type Ended, cli, objects } from './cli.js';
import { toItem } from './dynamodb.js';
import { type Row, sessionRow } from './sessions.js';
import type { StreamedTable } from './streams/server.js';
import { NO_AWS } from './trail.js';

/** The time at which tests of archives begin, by the clock of their table. */
export const NOON = Date.parse('2026-01-20T12:00:00Z');

/** A time so many seconds after noon, as text of whole seconds. */
export function after(seconds: number): string {
  return `${new Date(NOON + seconds * 1000).toISOString().slice(0, 19)}Z`;
}

export function nowAfter(seconds: number): Instant {
  return parseInstant(after(seconds))!;
}

/** The item of a session that begins so many seconds after noon, and lives 15 minutes. */
export function itemOf(n: number, seconds: number, more: Row = {}): Record<string, AttributeValue> {
  const end = after(seconds + 900);
  return toItem(
    sessionRow(n, {
      started_at: after(seconds),
      created_at: after(seconds),
      last_access_at: after(seconds),
      updated_at: after(seconds),
      expires_at: end,
      ttl: Date.parse(end) / 1000,
      status: 'active',
      profile: 'prod',
      user: 'alice',
      revoked_by: '',
      revoked_reason: '',
      ...more,
    }),
  );
}

/** Runs `archive` on a table so many seconds after noon. */
export function archive(
  table: StreamedTable,
  to: string,
  seconds: number,
  { args = [] as readonly string[], env = {} } = {},
): Promise<Ended> {
  return cli(['archive', '--to', to, ...args], {
    env: { AWS_ENDPOINT_URL: table.url, ...env },
    now: nowAfter(seconds),
  });
}

interface RecordOnDisk {
  readonly spans: { from: string; to: string; complete_read_at?: string }[];
  readonly gaps: { from: string; to: string; reason: string }[];
  readonly files: { name: string; rows: number; day?: string }[];
  readonly merged: string[];
  readonly shards: { shard: string; done: boolean; after?: string }[];
}

export function recordIn(folder: string): RecordOnDisk {
  return JSON.parse(readFileSync(join(folder, 'archive.json'), 'utf8')) as RecordOnDisk;
}

/** The files of rows that lie in an archive, named by its record or not. */
export function filesIn(folder: string): string[] {
  return readdirSync(join(folder, 'sessions')).map((name) => `sessions/${name}`);
}

/** All rows that the record names, as they lie there. */
export function rowsIn(folder: string): Row[] {
  return recordIn(folder).files.flatMap(({ name }) =>
    objects(gunzipSync(readFileSync(join(folder, name))).toString()),
  );
}

/** The sessions of an archive, by `export`. */
export async function sessionsIn(
  place: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Row[]> {
  const { stdout, code, stderr } = await cli(
    ['export', '--sessions', place, '--format', 'ndjson'],
    { env: { ...NO_AWS, ...env } },
  );
  if (code !== 0) throw new Error(stderr);
  return objects(stdout);
}
