import { expect, test } from 'vitest';
import { type Sink, type Transform, pipe } from '../../src/pipeline/pipe.js';
import { Watched, endless, rowsOf } from '../support/contracts.js';

const plus = (text: string): Transform<string, string> =>
  async function* (source) {
    for await (const batch of source) yield batch.map((row) => row + text);
  };

test('pipe runs its steps in the order they are written', async () => {
  const source = new Watched([['a', 'b'], ['c']]);
  const rows = await pipe(source, plus('1'), plus('2'), plus('3'), plus('4'), plus('5'), rowsOf);
  expect(rows).toEqual(['a12345', 'b12345', 'c12345']);
});

test('pipe with no step between gives the source to the sink', async () => {
  expect(await pipe(new Watched([['a'], ['b']]), rowsOf)).toEqual(['a', 'b']);
});

test('the promise of the sink is the promise of the pipe', async () => {
  const count: Sink<string, number> = async (source) => (await rowsOf(source)).length;
  expect(await pipe(new Watched([['a', 'b']]), plus('!'), count)).toBe(2);
  const failure = new Error('the sink failed');
  const failing: Sink<string> = () => Promise.reject(failure);
  await expect(pipe(new Watched([['a']]), plus('!'), failing)).rejects.toBe(failure);
});

test('a sink that stops early closes the source through every step', async () => {
  const source = new Watched(endless(['a']));
  const first: Sink<string, string | undefined> = async (rows) => {
    for await (const [row] of rows) return row;
    return undefined;
  };
  expect(await pipe(source, plus('1'), plus('2'), first)).toBe('a12');
  expect(source).toMatchObject({ pulled: 1, closed: true });
});

test('an error of the source comes out of the pipe as it is', async () => {
  const failure = new Error('the source failed');
  const source = new Watched([['a']], failure);
  await expect(pipe(source, plus('1'), rowsOf)).rejects.toBe(failure);
});
