import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, cli, scratch } from '../support/cli.js';
import { writeTrail } from '../support/trail.js';

const SESSIONS = ['--sessions', 'examples/data/sessions.ndjson'];
/** Asking AWS would fail at once. */
const NO_AWS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };

function config(text: string): string[] {
  const path = join(scratch(), 'config.yaml');
  writeFileSync(path, text);
  return ['--config', path];
}

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  cli(args, { env: { ...NO_AWS, ...env } });

describe('what is said nearer to the command line wins', () => {
  it('between --json and --format too', async () => {
    const csv = await run(['export', ...SESSIONS, '--format', 'csv', ...config('json: true')]);
    expect([csv.code, csv.stdout.slice(0, 3)]).toEqual([0, 'id,']);
    const json = await run(['export', ...SESSIONS, '--json', ...config('format: csv')]);
    expect([json.code, json.stdout.slice(0, 1)]).toEqual([0, '{']);
    const env = await run(['export', ...SESSIONS], {
      SENTINEL_AUDIT_JSON: 'true',
      SENTINEL_AUDIT_FORMAT: 'csv',
    });
    expect([env.code, env.stderr]).toEqual([
      2,
      expect.stringContaining('SENTINEL_AUDIT_JSON: contradicts'),
    ]);
  });

  it('between files and a table: files named on the command line are read without AWS', async () => {
    const { code } = await run(['export', ...SESSIONS, ...config('table: sentinel-sessions')]);
    expect(code).toBe(0);
    const both = await run(['export', ...SESSIONS, '--table', 'sentinel-sessions']);
    expect(both.code).toBe(3); // that one asks
  });

  it('and a note says that the table which was named farther off is not read', async () => {
    const env = { SENTINEL_AUDIT_TABLE: 'ours' };
    const note =
      'note: SENTINEL_AUDIT_TABLE ours is not read, because --sessions wins; to read both, give --table ours too\n';
    const audit = ['untracked-sessions', '--since', '7d', '--events', writeTrail([]), ...SESSIONS];
    for (const args of [
      ['export', ...SESSIONS],
      ['server-sessions', ...SESSIONS],
      audit,
      ['export', 'verdicts', ...audit.slice(1)],
    ]) {
      expect((await run(args, env)).stderr).toContain(note);
      expect((await run([...args, '--quiet'], env)).stderr).not.toContain('note');
      expect((await run(args)).stderr).not.toContain('not read');
    }
    const { stderr } = await run(['export', ...SESSIONS, ...config('table: ours')]);
    expect(stderr).toMatch(/note: \S+config\.yaml:1:8: table ours is not read, because --sessions/);
  });
});

describe('one line, no stack, for', () => {
  it.each<[string, readonly string[], Record<string, string>, number, string]>([
    ['a name that is too long', ['export', '--sessions', 'x'.repeat(300)], {}, 2, 'ENAMETOOLONG'],
    ['an output that is too long', ['export', '--out', 'x'.repeat(300)], {}, 2, 'ENAMETOOLONG'],
    ['an empty region', ['export'], { AWS_REGION: '', AWS_DEFAULT_REGION: '' }, 2, '--region'],
    [
      'a bad table of Sentinel',
      ['export'],
      { SENTINEL_SESSION_TABLE: 'x y' },
      2,
      'SENTINEL_SESSION_TABLE: "x y"',
    ],
    ['a name of JavaScript', ['export', '--constructor', 'x'], {}, 2, 'there is no such option'],
    [
      'no temporary folder',
      ['export', '--sessions', '-'],
      { TMPDIR: join(scratch(), 'nowhere') },
      3,
      'ENOENT',
    ],
  ])('%s', async (_, args, env, code, message) => {
    const ended = await run(args, env);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });
});

it('--version says the version wherever it stands, and runs nothing', async () => {
  const { code, stdout } = await run(['export', '--version']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});
