import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { sessionRows } from '../support/sessions.js';

let endpoint: Endpoint;
let proxy: Proxy;
/** About 7 MB, 850 read units. */
const rows = sessionRows(3500).map((row) => ({ ...row, revoked_reason: 'x'.repeat(1500) }));

beforeAll(async () => {
  endpoint = await startDynalite();
  proxy = await startProxy(endpoint.url);
  await createTable(endpoint.url, 'sentinel-sessions', rows);
});
afterAll(async () => {
  proxy.close();
  await endpoint.close();
});

it('--max-rcu 50 consumes no more than 50 read units a second over any ten seconds', async () => {
  const args = ['export', '--max-rcu', '50', '--segments', '4', '--columns', 'id'];
  const { code, stdout } = await cli(args, { env: { AWS_ENDPOINT_URL: proxy.url } });
  expect(code).toBe(0);
  expect(new Set(stdout.trimEnd().split('\n')).size).toBe(rows.length + 1);
  const reads = proxy.seen.filter(({ units }) => units > 0);
  const total = reads.reduce((sum, { units }) => sum + units, 0);
  expect(total).toBeGreaterThan(700); // long enough for some windows of ten seconds
  for (const [from, { at }] of reads.entries()) {
    const window = reads.slice(from).filter((read) => read.at < at + 10_000);
    const consumed = window.reduce((sum, { units }) => sum + units, 0);
    expect(consumed, `from ${at}`).toBeLessThanOrEqual(500);
  }
});
