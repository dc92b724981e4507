import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withIdleLimit } from '../../../src/aws/http/idle-body.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass, and what waits for it go on. */
async function pass(millis: number): Promise<void> {
  for (let at = 0; at < 5; at++) await turn();
  vi.advanceTimersByTime(millis);
  for (let at = 0; at < 5; at++) await turn();
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('a body that goes on is read to its end, however long that takes', async () => {
  const body = new PassThrough();
  const text = textOf(withIdleLimit(body, 30_000));
  for (const piece of ['a', 'b', 'c', 'd']) {
    body.write(piece);
    await pass(29_999);
  }
  body.end();
  expect(await text).toBe('abcd');
});

test('a body that stops fails with an error that is tried again, and is closed', async () => {
  const body = new PassThrough();
  const text = textOf(withIdleLimit(body, 30_000));
  const failure = expect(text).rejects.toMatchObject({
    name: 'TimeoutError',
    message: 'the answer stopped: no byte for 30 s',
  });
  body.write('a');
  await pass(29_999);
  expect(body.destroyed).toBe(false);
  await pass(1);
  await failure;
  expect(body.destroyed).toBe(true);
});

test('a reader that takes its time is not the fault of the body', async () => {
  const body = new PassThrough();
  const pieces = withIdleLimit(body, 30_000)[Symbol.asyncIterator]();
  body.end(Buffer.alloc(1024 * 1024));
  let bytes = 0;
  for (;;) {
    const piece = (await pieces.next()) as IteratorResult<Buffer, undefined>;
    if (piece.done === true) break;
    bytes += piece.value.length;
    await pass(300_000);
  }
  expect(bytes).toBe(1024 * 1024);
});

test('the error of a body is passed on, and one that is left is closed', async () => {
  const broken = new PassThrough();
  const text = textOf(withIdleLimit(broken, 30_000));
  broken.destroy(new Error('cut'));
  await expect(text).rejects.toThrow('cut');

  const left = new PassThrough();
  left.write('a');
  for await (const _ of withIdleLimit(left, 30_000)) break;
  await pass(0);
  expect(left.destroyed).toBe(true);
});
