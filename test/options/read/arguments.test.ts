import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { type Arguments, parseArguments } from '../../../src/options/read/arguments.js';

const parse = (line: string): Promise<Arguments> =>
  parseArguments(
    line.split(' ').filter((word) => word !== ''),
    '1.2.3',
    80,
  );

/** The values that a command line gives, by name. */
async function valuesOf(line: string): Promise<Record<string, unknown>> {
  const parsed = await parse(line);
  if (parsed.kind !== 'command') throw new Error(`${line} is ${parsed.kind}`);
  return Object.fromEntries([...parsed.given].map(([name, { value }]) => [name, value]));
}

async function failureOf(line: string): Promise<UsageError> {
  const failure: unknown = await parse(line).catch((error: unknown) => error);
  if (failure instanceof UsageError) return failure;
  throw new Error(`${line}: ${String(failure)}`);
}

describe('a command', () => {
  test('is named, with or without what it exports', async () => {
    expect(await parse('export')).toMatchObject({ kind: 'command', name: 'export' });
    expect(await parse('export sessions')).toMatchObject({ kind: 'command', name: 'export' });
    expect(await parse('server-sessions')).toMatchObject({ name: 'server-sessions' });
  });

  test('gets the options that are given and no others', async () => {
    expect(await valuesOf('export')).toEqual({});
    expect(await valuesOf('export --since 7d --user=alice --max-rcu 050 --csv-raw')).toEqual({
      since: '7d',
      user: 'alice',
      'max-rcu': '050',
      'csv-raw': true,
    });
  });

  test('knows its options by their other names', async () => {
    expect(await valuesOf('export -o a.csv --output json -q -v')).toEqual({
      out: 'a.csv',
      format: 'json',
      quiet: true,
      verbose: true,
    });
  });

  test('takes a list of files in either way', async () => {
    const sessions = ['a', 'b', '-'];
    expect(await valuesOf('export --sessions a b - --json')).toEqual({ sessions, json: true });
    expect(await valuesOf('export --sessions a --sessions b --sessions -')).toEqual({ sessions });
  });

  test('has the last of what is given twice', async () => {
    expect(await valuesOf('export --since 1d --since 2d --quiet=true --quiet=false')).toEqual({
      since: '2d',
      quiet: false,
    });
  });

  test('takes one value of what chooses the evidence', async () => {
    for (const [option, a, b] of [
      ['--role', 'arn:a', 'arn:b'],
      ['--profile', 'a', 'b'],
      ['--event-name', 'AssumeRole', 'AssumeRoleWithSAML'],
      ['--allow', 'a.yaml', 'b.yaml'],
    ]) {
      const line = `untracked-sessions ${option} ${a} ${option}`;
      await expect(valuesOf(`${line} ${b}`)).rejects.toThrow(`is given twice: ${a}, ${b}`);
      expect(Object.values(await valuesOf(`${line} ${a}`))).toEqual([a]);
    }
  });

  test('takes texts as they are, whatever they look like', async () => {
    expect(await valuesOf('export --user 007 --profile 1e3 --table a.b --since=-7d')).toEqual({
      user: '007',
      profile: '1e3',
      table: 'a.b',
      since: '-7d',
    });
  });

  test('takes what begins with a dash and a digit for a value, to be judged as one', async () => {
    expect(await valuesOf('export --since -7d')).toEqual({ since: '-7d' });
  });

  test('says where a value came from', async () => {
    const parsed = await parse('export -o a.csv');
    expect(parsed.kind === 'command' && parsed.given.get('out')?.origin).toBe('--out');
  });

  test('takes --no-progress as the option it is', async () => {
    expect(await valuesOf('export --no-progress')).toEqual({ 'no-progress': true });
  });
});

describe('what does not exist is an error with the nearest that does', () => {
  test.each([
    ['exprot', 'exprot', /no such command/, 'did you mean export?'],
    [
      'frobnicate',
      'frobnicate',
      /no such command/,
      'the commands are export, server-sessions, untracked-sessions, session-compliance, athena-table, completion',
    ],
    ['export --sicne 7d', '--sicne', /no such option/, 'did you mean --since?'],
    ['export --limit 5', '--limit', /no such option/, undefined],
    ['export -x', '-x', /no such option/, expect.anything()],
    ['export --no-quiet', '--no-quiet', /no such option/, expect.anything()],
    ['export --maxRcu 5', '--maxRcu', /no such option/, 'did you mean --max-rcu?'],
    ['export sesions', 'export', /does not take "sesions"/, 'did you mean sessions?'],
    ['export sessions sessions', 'export', /does not take "sessions"/, expect.anything()],
    ['server-sessions sessions', 'server-sessions', /does not take/, 'it takes options only'],
    ['--since 7d', '--since', /no such option/, undefined],
  ])('%s', async (line, option, message, hint) => {
    expect(await failureOf(line)).toMatchObject({
      option,
      message: expect.stringMatching(message),
      hint,
    });
  });
});

test.each(['--strict=yes', '--strict=1', '--strict=maybe', '--strict='])(
  'a flag is never turned off by a value that does not say so: %s',
  async (flag) => {
    const strict = await valuesOf(`export ${flag}`).then(
      (values) => values['strict'],
      (error: unknown) => error,
    );
    expect(strict === true || strict instanceof UsageError).toBe(true);
  },
);

describe('a text to print', () => {
  test.each([
    ['--help', /^sentinel-audit gets audit evidence/],
    ['-h', /^sentinel-audit gets audit evidence/],
    ['--version', /^1\.2\.3$/],
    ['export --help', /^Stream sessions/],
    ['server-sessions -h --since', /^List the newest sessions/],
    ['completion', /sentinel-audit.*completion/s],
  ])('%s', async (line, text) => {
    expect(await parse(line)).toEqual({ kind: 'text', text: expect.stringMatching(text) });
  });

  test.each([
    ['sentinel-audit ser', 'server-sessions'],
    ['sentinel-audit export --si', '--since'],
    ['sentinel-audit export --status r', 'revoked'],
  ])('completes %s', async (typed, word) => {
    const parsed = await parse(`--get-yargs-completions ${typed}`);
    expect(parsed).toEqual({ kind: 'text', text: expect.stringContaining(word) });
  });
});

test('nothing at all is answered with the help', async () => {
  expect(await parse('')).toEqual({ kind: 'nothing', help: expect.stringContaining('Usage:') });
});
