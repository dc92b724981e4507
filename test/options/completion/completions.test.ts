import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { completionLines } from '../../../src/options/completion/completions.js';
import { COMMANDS } from '../../../src/options/definitions/commands.js';
import { VERDICT_COLUMNS } from '../../../src/model/verdict/attributed-verdict.js';
import { temporaryFolder } from '../../support/contracts.js';

/** The completions of a line; the last word is the one after the last blank. */
async function wordsFor(line: string, env: Record<string, string> = {}): Promise<string[]> {
  const lines = await completionLines(line.split(' '), env);
  return lines === '' ? [] : lines.split('\n').map((each) => each.split('\t')[0]!);
}

test('commands, and the words beside them', async () => {
  expect(await wordsFor('')).toEqual([
    ...Object.keys(COMMANDS),
    'help',
    'completion',
    '--help',
    '--version',
  ]);
  expect(await wordsFor('se')).toEqual(['server-sessions', 'session-compliance']);
  expect(await wordsFor('help ex')).toEqual(['export']);
  expect(await wordsFor('completion ')).toEqual(['bash', 'zsh', 'fish']);
  expect(await wordsFor('audit ')).toEqual(['untracked-sessions', 'session-compliance']);
  expect(await wordsFor('audit untracked-sessions --fail')).toEqual(['--fail-on']);
  expect(await wordsFor('nonsense ')).toEqual([]);
});

describe('options', () => {
  test('of the command, and of what it works on', async () => {
    expect(await wordsFor('export --se')).toEqual(
      ['--segments', '--sessions', '--sessions-since', '--sessions-until'].toSorted(
        (a, b) => order(a) - order(b),
      ),
    );
    expect(await wordsFor('export events --stat')).toEqual([]);
    expect(await wordsFor('export sessions --stat')).toEqual(['--status']);
    expect(await wordsFor('export ')).toEqual(expect.arrayContaining(['events', '--since']));
    expect(await wordsFor('server-sessions --quiet --')).toContain('--limit');
    expect(await wordsFor('export events -')).not.toContain('events');
  });

  test('after a list has begun', async () => {
    expect(await wordsFor('export --sessions a b --for')).toEqual(['--format']);
  });

  const order = (name: string): number =>
    (COMMANDS.export.options as readonly string[]).indexOf(name.slice(2));
});

describe('values', () => {
  test.each([
    ['export --format ', ['csv', 'ndjson', 'jsonl', 'json', 'parquet', 'table', 'human']],
    ['session-compliance --format g', ['github']],
    ['export --format g', []],
    ['export --output nd', ['ndjson']],
    ['export --format=cs', ['--format=csv']],
    ['export --format = cs', ['--format=csv']],
    [
      'export --format =',
      ['csv', 'ndjson', 'jsonl', 'json', 'parquet', 'table', 'human'].map(
        (name) => `--format=${name}`,
      ),
    ],
    ['server-sessions --status ', ['active', 'revoked', 'expired']],
    ['untracked-sessions --fail-on no', ['no_source_identity', 'non_sentinel_format', 'none']],
    [
      'untracked-sessions --fail-on orphaned,non',
      ['orphaned,non_sentinel_format', 'orphaned,none'],
    ],
    [
      'export events --event-name AssumeRole,',
      ['AssumeRole,AssumeRoleWithSAML', 'AssumeRole,AssumeRoleWithWebIdentity', 'AssumeRole,all'],
    ],
    ['session-compliance --columns profile,has', ['profile,has_gap']],
    ['export events --columns session_i', []],
    ['export verdicts --columns session_i', ['session_id']],
    ['untracked-sessions --since y', ['yesterday']],
    ['export --user ', []],
    ['export --quiet --format nd', ['ndjson']],
  ])('%s', async (line, words) => {
    expect(await wordsFor(line)).toEqual(words);
  });

  test('all columns of what is exported', async () => {
    const names = VERDICT_COLUMNS.map(({ name }) => name);
    expect(await wordsFor('export verdicts --columns ')).toEqual(['all', ...names]);
  });

  test('files, for every option that names some', async () => {
    for (const option of ['--out', '-o', '--sessions', '--policy', '--config', '--rejects'])
      expect(await wordsFor(`session-compliance ${option} x`)).toEqual([':files']);
    expect(await wordsFor('session-compliance --sessions a b ')).toEqual([':files']);
    expect(await wordsFor('session-compliance --out=x')).toEqual([':files']);
    expect(await wordsFor('session-compliance --events ')).toEqual(['lookup', 'athena', ':files']);
  });

  test('the profiles of the AWS config file', async () => {
    const home = temporaryFolder();
    expect(await wordsFor('export --aws-profile ', { HOME: home })).toEqual([]);
    mkdirSync(join(home, '.aws'));
    const text =
      '[default]\n[profile prod]\nrole_arn = x\n[profile "a b"]\n[sso-session s]\n[services t]\n';
    writeFileSync(join(home, '.aws', 'config'), text);
    const names = ['default', 'prod', 'a b'];
    expect(await wordsFor('export --aws-profile ', { HOME: home })).toEqual(names);
    expect(await wordsFor('export --aws-profile=p', { HOME: home })).toEqual([
      '--aws-profile=prod',
    ]);
    const env = { HOME: '/nowhere', AWS_CONFIG_FILE: join(home, '.aws', 'config') };
    expect(await wordsFor('export --aws-profile ', env)).toEqual(names);
  });
});

test('each candidate has its meaning after a tab', async () => {
  expect(await completionLines(['export', '--stat'], {})).toBe(
    '--status\tOnly sessions with this status',
  );
});
