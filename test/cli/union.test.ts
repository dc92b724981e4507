import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, cli, objects, scratch } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { type Row, idOf, sessionRow } from '../support/sessions.js';

const OLD = '2026-01-18T00:00:00Z';
const NEW = '2026-01-18T00:00:00.000000001Z';
const AT_WITH_OFFSET = '2026-01-17T23:30:00.000000002-00:30'; // two nanoseconds after OLD

/** What the session was like in one place; `from` tells which row was delivered. */
function seen(n: number, from: string, updated_at: string | undefined, more: Row = {}): Row {
  return sessionRow(n, { updated_at, server_instance_id: from, user: 'alice', ...more });
}

let endpoint: Endpoint;
let proxy: Proxy;
const folder = scratch();
const older = join(folder, '1.ndjson');
const newer = join(folder, '2.ndjson');

beforeAll(async () => {
  endpoint = await startDynalite();
  proxy = await startProxy(endpoint.url);
  await createTable(endpoint.url, 'sentinel-sessions', [
    seen(0, 'table', OLD),
    seen(1, 'table', NEW),
    seen(2, 'table', OLD),
    seen(3, 'table', OLD),
    seen(8, 'table', NEW, { status: 'revoked' }),
  ]);
  write(older, [
    seen(1, 'older', OLD),
    seen(2, 'older', NEW),
    seen(3, 'older', OLD),
    seen(4, 'older', NEW),
    seen(5, 'older', undefined),
    seen(6, 'older', AT_WITH_OFFSET),
    seen(7, 'older', undefined),
    seen(8, 'older', OLD, { status: 'active' }),
  ]);
  write(newer, [
    seen(4, 'newer', OLD),
    seen(5, 'newer', OLD),
    seen(6, 'newer', NEW),
    seen(7, 'newer', undefined),
    seen(4, 'again', undefined),
  ]);
});
afterAll(async () => {
  proxy.close();
  await endpoint.close();
});

const run = (args: string): Promise<Ended> =>
  cli(['export', '--format', 'ndjson', ...args.split(' ')], {
    env: { AWS_ENDPOINT_URL_DYNAMODB: proxy.url },
  });

function winners({ stdout }: Ended): Record<string, unknown> {
  return Object.fromEntries(objects(stdout).map((row) => [row['id'], row['server_instance_id']]));
}

describe('the union of files and table', () => {
  it('has each session once, as the newest updated_at has it, to the nanosecond', async () => {
    const ended = await run(`--sessions ${older} ${newer} --table sentinel-sessions`);
    expect(ended.code).toBe(0);
    expect(objects(ended.stdout).length).toBe(9);
    expect(winners(ended)).toEqual({
      [idOf(0)]: 'table',
      [idOf(1)]: 'table',
      [idOf(2)]: 'older',
      [idOf(3)]: 'table', // of equals the last, the table after the files
      [idOf(4)]: 'older',
      [idOf(5)]: 'newer', // one with updated_at before one without
      [idOf(6)]: 'older',
      [idOf(7)]: 'newer',
      [idOf(8)]: 'table',
    });
    expect(ended.stderr).toContain(
      '18 rows read = 9 kept + 0 filtered out + 9 superseded + 0 rejected',
    );
  });

  it('does not depend on the order of the files but between equals', async () => {
    const [there, back] = await Promise.all([
      run(`--sessions ${older} ${newer}`),
      run(`--sessions ${newer} ${older}`),
    ]);
    expect({ ...winners(there), [idOf(7)]: '' }).toEqual({ ...winners(back), [idOf(7)]: '' });
    expect(winners(back)[idOf(7)]).toBe('older');
  });

  it('filters after it knows the newest row: a status may have changed since', async () => {
    const ended = await run(`--sessions ${older} --table sentinel-sessions --status active`);
    expect(Object.keys(winners(ended))).not.toContain(idOf(8));
    const before = proxy.seen.length;
    await run(`--sessions ${older} --table sentinel-sessions --status active --user alice`);
    const asked = proxy.seen.slice(before).map(({ body }) => body['IndexName']);
    expect(asked).toContain('gsi-user');
  });

  it('reads the table once', async () => {
    const before = proxy.seen.length;
    await run(`--sessions ${older} ${newer} --table sentinel-sessions`);
    const operations = proxy.seen.slice(before).map(({ operation }) => operation);
    expect(operations).toEqual(['DescribeTable', 'Scan']);
  });
});

function write(path: string, rows: readonly Row[]): void {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
