import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { Interruption } from '../../src/errors.js';
import { openPipe, readPipe } from '../../src/disk/named-pipe.js';
import { temporaryFolder } from '../support/contracts.js';

const LONG = Buffer.alloc(1_000_000, 'abcdefg');

function namedPipe(): string {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

async function contentOf(path: string, signal?: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readPipe(path, signal)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('all that is written is read, to the end of the writer', async () => {
  const path = namedPipe();
  const [content] = await Promise.all([contentOf(path), writeFile(path, LONG)]);
  expect(content.equals(LONG)).toBe(true);
});

test('all that is written is there for whoever reads, however late', async () => {
  const path = namedPipe();
  const written = openPipe(path, new AbortController().signal).then((pipe) =>
    pipeline([LONG], pipe),
  );
  const [content] = await Promise.all([readFile(path), written]);
  expect(content.equals(LONG)).toBe(true);
});

test.each([
  ['a writer', (path: string, signal: AbortSignal) => contentOf(path, signal)],
  ['a reader', openPipe],
])('a wait for %s ends with the reason of the signal', async (_, wait) => {
  const stop = new AbortController();
  const waiting = wait(namedPipe(), stop.signal);
  const reason = new Interruption('SIGINT');
  setImmediate(() => stop.abort(reason));
  await expect(waiting).rejects.toBe(reason);
  await expect(wait(namedPipe(), stop.signal)).rejects.toBe(reason);
});

test('one that is not there is an error', async () => {
  const path = join(temporaryFolder(), 'no');
  await expect(contentOf(path)).rejects.toThrow('ENOENT');
  await expect(openPipe(path, new AbortController().signal)).rejects.toThrow('ENOENT');
});
