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
  return Object.fromEntries([...parsed.settings].map(([name, { value }]) => [name, value]));
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
    expect(parsed.kind === 'command' && parsed.settings.get('out')?.origin).toBe('--out');
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
      'the commands are export, server-sessions, untracked-sessions, session-compliance, archive, athena-table, lake-table, help, completion',
    ],
    ['export --sicne 7d', '--sicne', /no such option/, 'did you mean --since?'],
    [
      'export --limit 5',
      '--limit',
      /is not an option of export/,
      /it is an option of server-sessions$/,
    ],
    [
      'export events --status active',
      '--status',
      /is not an option of export events/,
      /it is an option of export sessions$/,
    ],
    ['help exprot', 'exprot', /no such command/, /did you mean export/],
    [
      'audit exprot',
      'audit',
      /"exprot" is not an audit/,
      /untracked-sessions and session-compliance/,
    ],
    ['audit untracked', 'audit', /is not an audit/, /untracked-sessions/],
    ['completion', 'completion', /needs a shell/, /bash, zsh, fish/],
    ['completion tcsh', 'completion', /"tcsh" is unknown/, /bash, zsh, fish/],
    ['export -x', '-x', /no such option/, expect.anything()],
    ['export --no-quiet', '--no-quiet', /no such option/, expect.anything()],
    ['export --maxRcu 5', '--maxRcu', /no such option/, 'did you mean --max-rcu?'],
    ['export sesions', 'export', /does not take "sesions"/, 'did you mean sessions?'],
    ['export sessions sessions', 'export', /does not take "sessions"/, expect.anything()],
    ['server-sessions sessions', 'server-sessions', /does not take/, 'it takes options only'],
    ['--since 7d', '--since', /needs a command before it/, undefined],
  ])('%s', async (line, option, message, hint) => {
    expect(await failureOf(line)).toMatchObject({
      option,
      message: expect.stringMatching(message),
      hint: hint instanceof RegExp ? expect.stringMatching(hint) : hint,
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
    ['--help', /^Audit evidence .*^Exit codes$/ms],
    ['help', /^Audit evidence .*^Exit codes$/ms],
    ['-h', /^Audit evidence .*^Examples$/ms],
    ['audit --help', /^Audit evidence .*^Exit codes$/ms],
    ['--version', /^1\.2\.3$/],
    ['export --help', /^Export sessions.*--segments N/s],
    ['export -h', /^Export sessions.*--help shows all options/s],
    ['help export', /^Export sessions.*--segments N/s],
    ['help export events', /export events \[options\].*--event-name/s],
    ['export events --help', /export events \[options\].*--event-name/s],
    ['help audit untracked-sessions', /^Find role calls/],
    ['audit session-compliance -h', /^Report for each profile/],
    ['server-sessions -h --since', /^List sessions/],
    ['completion bash', /^_sentinel_audit\(\)/],
    ['completion zsh', /^#compdef sentinel-audit/],
    ['completion fish', /^function __sentinel_audit/],
  ])('%s', async (line, text) => {
    expect(await parse(line)).toEqual({ kind: 'text', text: expect.stringMatching(text) });
  });
});

test('the audits go by their older names too', async () => {
  for (const name of ['untracked-sessions', 'session-compliance']) {
    const [older, newer] = [`audit ${name} --since 7d`, `${name} --since 7d`];
    expect(await parse(older)).toEqual(await parse(newer));
  }
});

describe('a value that begins with a dash', () => {
  test.each(['-bob', '-', '-1', '-x.csv', '-oops'])(
    'is a value where it is no option: %s',
    async (word) => {
      for (const option of ['user', 'profile', 'table', 'region']) {
        expect(await valuesOf(`export --${option} ${word}`)).toEqual({ [option]: word });
      }
      expect(await valuesOf(`export --sessions ${word}`)).toEqual({ sessions: [word] });
      expect(await valuesOf(`export -o ${word}`)).toEqual({ out: word });
    },
  );

  test('is an error that shows how to give it where it looks like an option', async () => {
    expect(await failureOf('export --user --bob')).toMatchObject({
      option: '--user',
      message: 'needs a value',
      hint: 'there is no option --bob; if it is the value, write --user=--bob',
    });
    expect(await valuesOf('export --user=--bob --profile=-q')).toEqual({
      user: '--bob',
      profile: '-q',
    });
  });

  test('is an option where it is one', async () => {
    expect(await valuesOf('export --user -q')).toEqual({ user: '', quiet: true });
    expect(await valuesOf('export --user --quiet')).toEqual({ user: '', quiet: true });
  });
});

describe('a list that swallowed a word for the command says so', () => {
  test.each([
    ['export --sessions a.ndjson events', '--sessions', 'events', 'export events --sessions'],
    ['export --sessions a verdicts b', '--sessions', 'verdicts', 'export verdicts --sessions'],
    ['export --events a b sessions', '--events', 'sessions', 'export sessions --events'],
    ['untracked-sessions --broker a export', '--broker', 'export', 'export --broker'],
    [
      '--events a untracked-sessions',
      '--events',
      'untracked-sessions',
      'untracked-sessions --events',
    ],
  ])('%s', async (line, option, word, hint) => {
    const outcome = await parse(line).catch((error: unknown) => error);
    if (!(outcome instanceof UsageError)) {
      expect(outcome).toMatchObject({ kind: 'command', name: word });
      return;
    }
    expect(outcome).toMatchObject({
      option,
      message: `"${word}" was taken as one of its values`,
      hint: expect.stringContaining(`write sentinel-audit ${hint} `),
    });
  });

  test('but takes a file of that name', async () => {
    expect(await valuesOf('export --sessions a ./events')).toEqual({ sessions: ['a', './events'] });
    expect(await valuesOf('export --sessions events')).toEqual({ sessions: ['events'] });
  });
});

test('nothing at all is answered with the help', async () => {
  expect(await parse('')).toEqual({ kind: 'nothing', help: expect.stringContaining('Usage:') });
});
