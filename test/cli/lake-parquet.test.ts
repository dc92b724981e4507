import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HiveSQL } from 'dt-sql-parser/dist/parser/hive/index.js';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/model/time/instant.js';
import { cli, objects, scratch } from '../support/cli.js';
import { type Row, idOf, sessionRow } from '../support/sessions.js';
import { NO_AWS, roleRecord, writeTrail } from '../support/trail.js';

const NOW = parseInstant('2026-01-24T06:00:00Z')!;
const run = (...args: readonly string[]) => cli(args, { env: NO_AWS, now: NOW });

function write(rows: readonly Row[]): string {
  const path = join(scratch(), 's.ndjson');
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

function partsIn(folder: string): Map<string, Buffer> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const parts = paths.filter(
    (path) => /\/part-/.test(path) && statSync(join(folder, path)).isFile(),
  );
  return new Map(parts.map((path) => [path, readFileSync(join(folder, path))]));
}

const contentOf = (file: Buffer): ArrayBuffer =>
  file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;

async function rowsOf(file: Buffer | undefined): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: contentOf(file!) });
}

function columnsOf(file: Buffer): string[] {
  const { children } = parquetSchema(parquetMetadata(contentOf(file)));
  return children.map(({ element }) => element.name);
}

const exportEvents = (out: string, records: Parameters<typeof writeTrail>[0], since: string) =>
  run(
    'export',
    'events',
    '--since',
    since,
    '--events',
    writeTrail(records),
    '--partition-by',
    'day,region',
    '--out',
    out,
  );

describe('a lake of Parquet', () => {
  const records = [20, 20, 21].map((day, n) =>
    roleRecord(n, { at: `2026-01-${day}T12:00:0${n}Z` }),
  );
  const path = (day: number): string => `day=2026-01-${day}/region=us-east-1/part-0.parquet`;

  it('is what export writes without a format, the same byte for byte each time', async () => {
    const out = join(scratch(), 'lake');
    expect((await exportEvents(out, records, '2026-01-20')).code).toBe(0);
    const before = partsIn(out);
    expect([...before.keys()]).toEqual([path(20), path(21)]);
    expect((await rowsOf(before.get(path(20)))).length).toBe(2);
    await exportEvents(out, records.toReversed(), '2026-01-20');
    expect(partsIn(out)).toEqual(before);
  });

  it('keeps the columns of a day that became empty', async () => {
    const out = join(scratch(), 'lake');
    await exportEvents(out, records, '2026-01-20');
    const columns = columnsOf(partsIn(out).get(path(21))!);
    await exportEvents(out, records.slice(0, 2), '2026-01-21');
    const emptied = partsIn(out).get(path(21))!;
    expect([await rowsOf(emptied), columnsOf(emptied)]).toEqual([[], columns]);
    expect((await rowsOf(partsIn(out).get(path(20)))).length).toBe(2);
  });

  it('of sessions merges what it holds, to the microsecond, and can be read as sessions', async () => {
    const out = join(scratch(), 'lake');
    const at = (n: number, more: Row = {}): Row =>
      sessionRow(n, {
        created_at: '2026-01-20T10:00:00.123456789Z',
        updated_at: '2026-01-20T10:05:00.123456789Z',
        ...more,
      });
    const nightly = (rows: readonly Row[]) =>
      run('export', '--sessions', write(rows), '--partition-by', 'day', '--out', out);
    await nightly([at(1), at(2)]);
    const before = partsIn(out);
    await nightly([at(1), at(2)]);
    expect(partsIn(out)).toEqual(before);
    await nightly([at(2, { status: 'revoked', updated_at: '2026-01-20T10:06:00Z' }), at(3)]);
    const { stdout, code } = await run('export', '--sessions', out, '--format', 'ndjson');
    expect(code).toBe(0);
    const sessions = objects(stdout);
    expect(sessions.map(({ id }) => id).toSorted()).toEqual([1, 2, 3].map(idOf).toSorted());
    expect(sessions.find(({ id }) => id === idOf(2))).toMatchObject({ status: 'revoked' });
    expect(sessions[0]).toMatchObject({ created_at: '2026-01-20T10:00:00.123456000Z' });
  });
});

describe('lake-table', () => {
  it.each([
    ['events', 'day,region'],
    ['verdicts', 'day,account_id,profile'],
    ['sessions', 'day'],
  ])(
    'of %s by %s has the columns of the files, and is right by the grammar of Hive',
    async (list, by) => {
      const args = ['--location', 's3://lake/x/', '--partition-by', by, '--since', '2026-01-01'];
      const { stdout, code } = await run('lake-table', list, ...args, '--accounts', '111122223333');
      expect(code).toBe(0);
      expect(new HiveSQL().validate(stdout)).toEqual([]);
      const out = join(scratch(), 'lake');
      const rows = list === 'events' ? [] : ['--sessions', write([sessionRow(1440 * 4)])];
      const trail = writeTrail([roleRecord(1, { at: '2026-01-20T12:00:00Z' })]);
      const calls = list === 'sessions' ? [] : ['--events', trail];
      await run(
        'export',
        list,
        '--since',
        '2026-01-15',
        ...rows,
        ...calls,
        '--partition-by',
        by,
        '--out',
        out,
      );
      const [file] = partsIn(out).values();
      const table = [...stdout.split('PARTITIONED BY')[0]!.matchAll(/^ {2}`(\w+)` (\w+)/gm)];
      const keys = by.split(',');
      const inFile = parquetSchema(parquetMetadata(contentOf(file!))).children.map(
        ({ element }) => [
          element.name,
          {
            INT64: element.converted_type === undefined ? 'bigint' : 'timestamp',
            BOOLEAN: 'boolean',
          }[element.type as string] ?? 'string',
        ],
      );
      expect(table.map(([, name, type]) => [name, type])).toEqual(
        inFile.filter(([name]) => !keys.includes(name!)),
      );
      expect(stdout).toContain(`s3://lake/x/${keys.map((key) => `${key}=\${${key}}`).join('/')}/`);
      expect(stdout).toContain("'projection.day.range' = '2026-01-01,NOW'");
      if (keys.includes('account_id')) expect(stdout).toContain("'111122223333'");
      if (keys.includes('profile'))
        expect(stdout).toContain("'projection.profile.type' = 'injected'");
    },
  );

  it('of NDJSON has times as texts', async () => {
    const { stdout } = await run(
      'lake-table',
      'sessions',
      '--location',
      's3://a-b/c',
      '--format',
      'ndjson',
    );
    expect(stdout).toContain('`created_at` string');
    expect(stdout).toContain('`request_count` bigint');
    expect(stdout).toContain('JsonSerDe');
  });

  it.each([
    ['--location /tmp', '--location', 'is not a place in S3'],
    ['', '--location', 'is needed'],
    ['--location s3://a-b --partition-by region', '--partition-by', 'not a valid value'],
  ])('with %s is a usage error', async (args, option, message) => {
    const { code, stderr } = await run(
      'lake-table',
      'sessions',
      ...args.split(' ').filter(Boolean),
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${option}: `)]);
    expect(stderr).toContain(message);
  });
});
