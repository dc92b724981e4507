import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { cli, objects, scratch } from '../../../support/cli.js';
import { NO_AWS } from '../../../support/trail.js';

const ID = 'a1b2c3d4e5f67890';

/** A Parquet file that DuckDB makes of a query. */
async function copied(query: string, options = ''): Promise<string> {
  const path = join(scratch(), 'sessions.parquet');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

const read = (path: string) =>
  cli(['export', '--sessions', path, '--format', 'ndjson'], { env: NO_AWS });

describe('a Parquet file of sessions', () => {
  test.each(['SNAPPY', 'GZIP', 'BROTLI', 'UNCOMPRESSED'])('is read that is %s', async (codec) => {
    const path = await copied(
      `SELECT '${ID}' AS id, TIMESTAMP '2026-01-20 10:00:00.123456' AS created_at, 3::INT AS request_count, NULL::VARCHAR AS user`,
      `, COMPRESSION ${codec}`,
    );
    const { code, stdout } = await read(path);
    expect([code, objects(stdout)]).toEqual([
      0,
      [{ id: ID, created_at: '2026-01-20T10:00:00.123456000Z', request_count: 3 }],
    ]);
  });

  test('that is compressed otherwise is said to be', async () => {
    const { code, stderr } = await read(await copied(`SELECT '${ID}' AS id`, ', COMPRESSION ZSTD'));
    expect([code, stderr]).toEqual([3, expect.stringMatching(/cannot be read: .*ZSTD/)]);
  });

  test('has a bad row rejected by its number, and the others read', async () => {
    const path = await copied(
      `SELECT '${ID}' AS id, TIMESTAMP 'infinity' AS created_at UNION ALL SELECT 'b1b2c3d4e5f67890', TIMESTAMP '2026-01-20 10:00:00'`,
    );
    const { code, stdout, stderr } = await read(path);
    expect([code, objects(stdout).length]).toEqual([3, 1]);
    expect(stderr).toMatch(/sessions\.parquet, row \d: created_at/);
  });

  test('is refused for a column whose name is nearly right', async () => {
    const { code, stderr } = await read(await copied(`SELECT '${ID}' AS id, 'x' AS updatedAt`));
    expect([code, stderr]).toEqual([3, expect.stringContaining('is updated_at meant?')]);
  });

  test('with a page that unpacks to more than any has is said to be damaged', async () => {
    const path = await copied("SELECT repeat('a', 140_000_000) AS id", ', COMPRESSION GZIP');
    const { code, stderr } = await read(path);
    expect([code, stderr]).toEqual([3, expect.stringContaining('larger than 128 MB')]);
  });

  test('that is damaged is said to be', async () => {
    const path = await copied(`SELECT '${ID}' AS id`);
    const { readFileSync, writeFileSync } = await import('node:fs');
    writeFileSync(path, readFileSync(path).subarray(0, 60));
    const { code, stderr } = await read(path);
    expect([code, stderr]).toEqual([3, expect.stringContaining('the Parquet file cannot be read')]);
  });
});
