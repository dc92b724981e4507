import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, cli, scratch } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { sessionRows } from '../support/sessions.js';

let endpoint: Endpoint;
let proxy: Proxy;

beforeAll(async () => {
  endpoint = await startDynalite();
  proxy = await startProxy(endpoint.url);
  await createTable(endpoint.url, 'sentinel-sessions', sessionRows(12));
  await createTable(endpoint.url, 'other', sessionRows(3));
});
afterAll(async () => {
  proxy.close();
  await endpoint.close();
});

const run = (args: string | readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  cli(typeof args === 'string' ? args.split(' ').filter(Boolean) : args, {
    env: { AWS_ENDPOINT_URL: proxy.url, ...env },
  });

/** Rows of CSV, without the header. */
const count = ({ stdout }: Ended): number => stdout.trimEnd().split('\n').length - 1;

describe('a usage error is code 2, names the option and what is near, and asks nothing of AWS', () => {
  it.each([
    ['exprot', 'exprot: there is no such command', 'did you mean export?'],
    ['export sesions', 'export: does not take "sesions"', 'did you mean sessions?'],
    ['export --sinse 7d', '--sinse: there is no such option', 'did you mean --since?'],
    [
      'export --limit 7',
      '--limit: is not an option of export',
      'it is an option of server-sessions',
    ],
    ['export -x', '-x: there is no such option', ''],
    [
      'export --status actve',
      '--status: "actve" is not one of active, revoked, expired',
      'did you mean active?',
    ],
    ['export --format cvs', '--format: "cvs" is not one of', 'did you mean csv?'],
    [
      'export --format ocsf',
      '--format: "ocsf" is not one of csv, ndjson, jsonl, json, parquet, table, human',
      'did you mean csv?',
    ],
    ['export --since now', '--since: the window is empty', 'write an earlier start such as 24h'],
    [
      'export --since 2026-01-20T10:00:00',
      '--since: "2026-01-20T10:00:00" has no time zone',
      'add Z for UTC',
    ],
    [
      'export events --role Admin',
      '--role: "Admin" is not the ARN of a role',
      'arn:aws:iam::ACCOUNT:role/Admin',
    ],
    [
      'export --sessions a b',
      '--sessions: there is no file or folder a',
      'all words after --sessions',
    ],
    ['export --json --format csv', '--json: contradicts --format csv', ''],
    ['export --columns id,usr', '--columns: "usr" is not a valid value', 'did you mean user?'],
    ['export --columns id,id', '--columns: "id" is given twice', ''],
    ['export --columns all,id', '--columns: "all" cannot be combined', ''],
    ['export --since', '--since: needs a value', ''],
    ['export --since --until 1h', '--since: needs a value', ''],
    ['export --since soon', '--since: "soon" is not a duration or a time', '7d'],
    ['export --since 7', '--since: "7" is not a duration or a time', 'add a unit: 7d or 7h'],
    ['export --since=-7d', '--since: "-7d" is negative', ''],
    ['export --since 2026-02-30', '--since: "2026-02-30" is not a valid date or time', ''],
    ['export --since 1h --until 2h', '--since: the window is backwards', ''],
    ['export --since 1h --until 1h', '--since: the window is empty', ''],
    ['export --since 2999-01-01', '--since: the window is backwards', ''],
    ['export --segments 0', '--segments: "0" is not a whole number', ''],
    ['export --max-rcu 1.5', '--max-rcu: "1.5" is not a whole number', ''],
    ['server-sessions --limit many', '--limit: "many" is not a whole number', ''],
    ['export --table a', '--table: "a" is not a valid table name', ''],
    ['export --region EU!', '--region: "EU!" is not a valid region name', ''],
    ['export --endpoint-url localhost', '--endpoint-url: "localhost" is not a valid URL', ''],
    ['export --sessions nowhere.csv', '--sessions: there is no file or folder nowhere.csv', ''],
    ['export --sessions - -', '--sessions: standard input (-) can be read only once', ''],
    ['export --out nowhere/x.csv', '--out: there is no folder nowhere', ''],
    ['export --out x.orc', '--out: .orc files cannot be written', '.parquet'],
    ['export --format parquet', '--format: parquet is not for standard output', '--out FILE'],
    ['export --out x.parquet.gz', '--out: a Parquet file cannot be compressed', 'leave out .gz'],
    ['export --out x.csv.zst', '--out: .zst files cannot be written', ''],
    ['export --rejects nowhere/x', '--rejects: there is no folder nowhere', ''],
    ['export --config nowhere.yaml', '--config: there is no file nowhere.yaml', ''],
  ])('%s', async (args, message, hint) => {
    const before = proxy.seen.length;
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`sentinel-audit: ${message}`);
    expect(stderr).toContain(hint);
    expect(proxy.seen.length).toBe(before);
  });

  it('an empty value', async () => {
    const { code, stderr } = await run(['export', '--user', '']);
    expect([code, stderr]).toEqual([2, 'sentinel-audit: --user: needs a value\n']);
  });

  it('no region', async () => {
    const { code, stderr } = await run('export', { AWS_REGION: '' });
    expect(code).toBe(2);
    expect(stderr).toContain('no AWS region is known\n  give --region');
  });
});

describe('options come from', () => {
  const home = scratch();
  const config = join(home, 'config.yaml');
  writeFileSync(config, 'table: other\nquiet: true\nlimit: 2\ncolumns: [id, user]\n');

  it('the config file, also those that other commands have', async () => {
    const { code, stdout, stderr } = await run(`export --config ${config}`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toBe('id,user');
    expect(count({ code, stdout, stderr })).toBe(3);
  });

  it("the user's own config file, and never one of the current folder", async () => {
    const own = join(home, 'xdg', 'sentinel-audit');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'config.yaml'), 'table: other\n');
    expect(count(await run('export', { XDG_CONFIG_HOME: join(home, 'xdg') }))).toBe(3);
    const here = scratch();
    writeFileSync(join(here, 'config.yaml'), 'table: other\n');
    mkdirSync(join(here, 'sentinel-audit'));
    writeFileSync(join(here, 'sentinel-audit', 'config.yaml'), 'table: other\n');
    const env = { AWS_ENDPOINT_URL: proxy.url, XDG_CONFIG_HOME: '.' };
    expect(count(await cli(['export'], { cwd: here, env }))).toBe(12);
  });

  it('the environment, before the config file, and the command line before both', async () => {
    const env = { SENTINEL_AUDIT_CONFIG: config, SENTINEL_AUDIT_TABLE: 'sentinel-sessions' };
    expect(count(await run('export', env))).toBe(12);
    expect(count(await run('export --table other', env))).toBe(3);
    expect(count(await run('export', { SENTINEL_SESSION_TABLE: 'other' }))).toBe(3);
    expect(count(await run('export', { ...env, SENTINEL_SESSION_TABLE: 'other' }))).toBe(12);
  });

  it('AWS_REGION before AWS_DEFAULT_REGION', async () => {
    const { stderr } = await run('export --table nowhere', {
      AWS_REGION: '',
      AWS_DEFAULT_REGION: 'eu-west-3',
    });
    expect(stderr).toContain('table nowhere in eu-west-3');
    const both = await run('export --table nowhere', { AWS_DEFAULT_REGION: 'eu-west-3' });
    expect(both.stderr).toContain('table nowhere in us-east-1');
  });

  it.each([
    [
      { SENTINEL_AUDIT_SINSE: '7d' },
      'SENTINEL_AUDIT_SINSE: there is no option for this variable',
      'did you mean SENTINEL_AUDIT_SINCE?',
    ],
    [{ SENTINEL_AUDIT_SINCE: 'soon' }, 'SENTINEL_AUDIT_SINCE: "soon" is not', ''],
    [
      { SENTINEL_AUDIT_QUIET: 'perhaps' },
      'SENTINEL_AUDIT_QUIET: "perhaps" is neither true nor false',
      '',
    ],
  ])('and what is wrong there is named: %o', async (env, message, hint) => {
    const { code, stderr } = await run('export', env);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it.each([
    ['since: 7d\nsinse: 7d', ':2:1: "sinse" is not an option', 'did you mean since?'],
    ['- since', ':1:1: expected options', ''],
    ['since: [a', ':1:10: ', ''],
    ['since:\n  a: 1', ':2:3: since: expected a text', ''],
    ['quiet: perhaps', ':1:8: quiet: "perhaps" is neither true nor false', ''],
    ['since: soon', ':1:8: since: "soon" is not', ''],
  ])('with line and column in the config file: %s', async (text, message, hint) => {
    const path = join(scratch(), 'config.yaml');
    writeFileSync(path, text);
    const { code, stderr } = await run(`export --config ${path}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}${message}`);
    expect(stderr).toContain(hint);
  });
});

describe('without a command', () => {
  it('the help goes to standard error with code 2, and with -h to standard output with 0', async () => {
    const bare = await run('');
    expect([bare.code, bare.stdout]).toEqual([2, '']);
    const asked = await run('-h');
    expect([asked.code, asked.stderr]).toEqual([0, '']);
    expect(asked.stdout).toBe(bare.stderr);
  });

  it('--version says the version', async () => {
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('help COMMAND is --help, and the older names of the audits are known', async () => {
    for (const command of ['export', 'untracked-sessions']) {
      const [help, option] = [await run(`help ${command}`), await run(`${command} --help`)];
      expect(help).toEqual(option);
      expect(help.code).toBe(0);
    }
    const [older, newer] = [
      await run('audit untracked-sessions --since soon'),
      await run('untracked-sessions --since soon'),
    ];
    expect(older).toEqual(newer);
  });
});
