import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSts } from '../../examples/demo-sts.js';
import { type Ended, cli } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { idOf, sessionRow, sessionRows } from '../support/sessions.js';

let endpoint: Endpoint;
let proxy: Proxy;
const rows = sessionRows(300);

beforeAll(async () => {
  endpoint = await startDynalite();
  proxy = await startProxy(endpoint.url);
  await createTable(endpoint.url, 'sentinel-sessions', rows);
});
afterAll(async () => {
  proxy.close();
  await endpoint.close();
});

const run = (args: string, env: Record<string, string> = {}): Promise<Ended> =>
  cli(args.split(' '), { env: { AWS_ENDPOINT_URL_DYNAMODB: proxy.url, ...env } });

describe('server-sessions', () => {
  it('shows the newest that match, newest first, the limit after filter and order', async () => {
    const { code, stdout } = await run('server-sessions --status revoked --limit 5 --format csv');
    expect(code).toBe(0);
    const expected = rows
      .filter((row) => row['status'] === 'revoked')
      .toReversed()
      .slice(0, 5);
    const ids = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',', 1)[0]);
    expect(ids).toEqual(expected.map(({ id }) => id));
  });

  it('says at least how many match where an index is read no further than needed', async () => {
    const days = Array.from({ length: 30 }, (_, n) => {
      const day = new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString();
      return Array.from({ length: 20 }, (__, m) =>
        sessionRow(n * 20 + m, { user: 'erin', created_at: day }),
      );
    });
    await createTable(endpoint.url, 'long', days.flat());
    const { stderr } = await run('server-sessions --user erin --limit 5 --table long');
    expect(stderr).toMatch(/note: at least \d+ sessions match, and --limit cut the list to 5/);
    const all = await run('server-sessions --all --limit 5 --table long');
    expect(all.stderr).toContain('note: 600 sessions match, and');
  });

  it('orders by instant, not by text', async () => {
    await createTable(endpoint.url, 'orders', [
      sessionRow(0, { created_at: '2026-01-17T10:30:00Z' }),
      sessionRow(1, { created_at: '2026-01-17T10:30:00.5Z' }),
      sessionRow(2, { created_at: '2026-01-17T09:30:00.25-01:00' }),
      sessionRow(3, { created_at: '2026-01-17T10:30:00.000000001Z' }),
    ]);
    const { stdout } = await run('server-sessions --all --table orders --columns id --format csv');
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual([idOf(1), idOf(2), idOf(3), idOf(0)]);
  });

  it('lists for people as the specification draws it', async () => {
    await createTable(endpoint.url, 'drawn', [
      sessionRow(0, {
        id: 'a1b2c3d4e5f67890',
        user: 'alice',
        profile: 'prod',
        status: 'active',
        started_at: '2026-01-20T10:00:00Z',
        last_access_at: '2026-01-24T15:30:00Z',
        expires_at: '2099-01-20T18:00:00Z',
        request_count: 145,
      }),
    ]);
    const { stdout } = await run('server-sessions --table drawn --all');
    expect(stdout).toBe(
      `ID                User          Profile               Status    Started               Last Access           Requests
----------------  ------------  --------------------  --------  --------------------  --------------------  --------
a1b2c3d4e5f67890  alice         prod                  active    2026-01-20 10:00:00   2026-01-24 15:30:00   145
`,
    );
  });

  it('marks an active session past its end, and says what that means', async () => {
    const { stdout } = await run('server-sessions --status active --limit 2');
    expect(stdout.match(/ active\* /g)?.length).toBe(2);
    expect(stdout).toContain('* 2 sessions are past the end');
    const { stdout: json } = await run('server-sessions --status active --limit 2 --json');
    expect(json).not.toContain('active*');
  });

  it('gives JSON with the audit columns that the session has, indented by two', async () => {
    const { stdout } = await run('server-sessions --user alice --limit 1 --json');
    const parsed = JSON.parse(stdout) as { sessions: Record<string, unknown>[] };
    expect(stdout).toBe(`${JSON.stringify(parsed, null, 2)}\n`);
    expect(Object.keys(parsed.sessions[0]!)).toEqual([
      'id',
      'user',
      'profile',
      'status',
      'started_at',
      'last_access_at',
      'expires_at',
      'request_count',
      'server_instance_id', // and source_identity, of which this one has none
    ]);
  });

  it('says so when there are none', async () => {
    const { code, stdout } = await run('server-sessions --user nobody');
    expect([code, stdout]).toEqual([0, 'No sessions found.\n']);
  });

  it("shows the caller's own without a filter, named as Sentinel names users", async () => {
    const sts = await startSts('arn:aws:sts::123456789012:assumed-role/Dev/car.ol@');
    const { code, stdout, stderr } = await run('server-sessions --format ndjson', {
      AWS_ENDPOINT_URL_STS: sts.url,
    });
    sts.close();
    expect(code).toBe(0);
    const users = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { user: string }).user);
    expect(new Set(users)).toEqual(new Set(['carol']));
    expect(stderr).toContain('these are the sessions of carol, your own; --all shows everyone');
  });

  it('needs no answer to who is calling when there is a filter, --all, or only files', async () => {
    const env = { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' };
    expect((await run('server-sessions --all', env)).code).toBe(0);
    expect((await run('server-sessions --since 2026-01-01', env)).code).toBe(0);
    expect((await run('server-sessions --sessions examples/data/sessions.ndjson', env)).code).toBe(
      0,
    );
  });
});
