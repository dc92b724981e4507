import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { HungUp, Interruption, SinkError, SourceError } from '../../src/errors.js';
import { writeToStream } from '../../src/sinks/write-text.js';
import { textIn } from './rows.js';
import { endless, failing, texts } from './texts.js';

const { signal } = new AbortController();

test('a stream is left open when all is written', async () => {
  const stream = new PassThrough();
  await writeToStream(stream, signal)(texts('a', 'b'));
  expect(textIn(stream)).toBe('ab');
  expect(stream.writableEnded).toBe(false);
  stream.end('!');
  expect((await once(stream, 'data')).toString()).toBe('!');
});

test.each([
  new SourceError('no such table'),
  new TypeError('a mistake of ours'),
  Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }),
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
])('%s of the source is passed on as it is', async (failure) => {
  const stream = new PassThrough().resume();
  await expect(writeToStream(stream, signal)(failing(failure))).rejects.toBe(failure);
});

test.each([
  ['EPIPE', HungUp],
  ['ENOSPC', SinkError],
  ['EIO', SinkError],
])('%s from a stream is known, and closes the text', async (code, known) => {
  const text = endless();
  const error = Object.assign(new Error(`write ${code}`), { code, syscall: 'write' });
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(error) });
  await expect(writeToStream(stream, signal)(text)).rejects.toThrow(known);
  expect(text.closed).toBe(true);
});

test('an interruption ends a stream that takes nothing, with the reason', async () => {
  const stop = new AbortController();
  const reason = new Interruption('SIGTERM');
  const text = endless();
  const writing = writeToStream(new Writable({ write: () => {} }), stop.signal)(text);
  setTimeout(() => stop.abort(reason), 20);
  await expect(writing).rejects.toBe(reason);
  expect(text.closed).toBe(true);
});

test('a text that cannot be closed does not hold up the end', async () => {
  const text = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false as const, value: 'x'.repeat(100_000) }),
      return: async () => {
        throw new Error('cannot be closed');
      },
    }),
  };
  const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) });
  await expect(writeToStream(full, new AbortController().signal)(text)).rejects.toThrow();
});
