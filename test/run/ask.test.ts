import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Interruption } from '../../src/errors.js';
import { askerAt } from '../../src/run/ask.js';

interface Terminal {
  readonly stdin: PassThrough & { readonly isTTY?: boolean };
  readonly stderr: PassThrough & { readonly isTTY?: boolean };
  readonly stop: AbortController;
  readonly stopped: () => number;
  readonly ask: ReturnType<typeof askerAt>;
}

function terminal(isTerminal: readonly [stdin: boolean, stderr: boolean] = [true, true]): Terminal {
  const stop = new AbortController();
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal[0] });
  const stderr = Object.assign(new PassThrough(), { isTTY: isTerminal[1] });
  let stops = 0;
  const ask = askerAt({ stdin, stderr, signal: stop.signal }, { stop: () => void stops++ });
  return { stdin, stderr, stop, ask, stopped: () => stops };
}

describe('a question at the terminal', () => {
  test.each([[[false, true]], [[true, false]], [[false, false]]] as const)(
    'cannot be asked where standard input and error are terminals: %j',
    (are) => {
      expect(terminal(are).ask).toBeUndefined();
    },
  );

  test('stands on standard error, without a progress line, and the line is its answer', async () => {
    const { stdin, stderr, ask, stopped } = terminal();
    const answer = ask!('Code: ');
    stdin.write('123456\nmore\n');
    expect(await answer).toBe('123456');
    expect(String(stderr.read())).toBe('Code: ');
    expect(stopped()).toBe(1);
  });

  test('has an empty answer where the input ends', async () => {
    const { stdin, ask } = terminal();
    const answer = ask!('Code: ');
    stdin.end();
    expect(await answer).toBe('');
  });

  test('is over when the run is stopped', async () => {
    const { stop, ask } = terminal();
    const reason = new Interruption('SIGINT');
    const answer = expect(ask!('Code: ')).rejects.toBe(reason);
    stop.abort(reason);
    await answer;
  });
});
