import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { sessionRows } from '../support/sessions.js';

let endpoint: Endpoint;
let proxy: Proxy;
/** About 3.5 MB, 425 read units. */
const rows = sessionRows(1750).map((row) => ({ ...row, revoked_reason: 'x'.repeat(1500) }));

beforeAll(async () => {
  endpoint = await startDynalite();
  proxy = await startProxy(endpoint.url);
  await createTable(endpoint.url, 'sentinel-sessions', rows);
});
afterAll(async () => {
  proxy.close();
  await endpoint.close();
});

it('--max-rcu 200 consumes no more than 200 read units a second', async () => {
  const args = ['export', '--max-rcu', '200', '--segments', '4', '--columns', 'id'];
  const started = performance.now();
  const { code, stdout } = await cli(args, { env: { AWS_ENDPOINT_URL: proxy.url } });
  const seconds = (performance.now() - started) / 1000;
  expect(code).toBe(0);
  expect(new Set(stdout.trimEnd().split('\n')).size).toBe(rows.length + 1);
  const reads = proxy.seen.filter(({ units }) => units > 0);
  const total = reads.reduce((sum, { units }) => sum + units, 0);
  expect(total).toBeGreaterThan(350);
  const first = 60; // the first page is paid for when it has come
  expect(seconds).toBeGreaterThanOrEqual((total - first) / 200); // a busy machine only takes longer
});
