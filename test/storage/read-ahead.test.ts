import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Interruption } from '../../src/errors.js';
import { readAhead } from '../../src/storage/read-ahead.js';
import type { StoredFile } from '../../src/storage/storage.js';

const { signal } = new AbortController();
const PIECE = Buffer.alloc(1000, 'x');

/** Far files of so many pieces each; says how many are open, and how many pieces they gave. */
function farFiles(
  count: number,
  pieces: number,
  more: { failing?: number; isFar?: false; size?: number } = {},
) {
  const seen = { open: 0, most: 0, opened: 0, given: 0 };
  const file = (n: number): StoredFile => ({
    id: String(n),
    name: String(n),
    rereadable: true,
    ...(more.isFar !== false && { isFar: true as const }),
    size: more.size,
    open: async function* (stop) {
      seen.opened++;
      seen.most = Math.max(seen.most, ++seen.open);
      try {
        for (let piece = 0; piece < pieces; piece++) {
          await sleep(1);
          stop.throwIfAborted();
          if (n === more.failing && piece === 1) throw new Error(`file ${n} is gone`);
          seen.given++;
          yield PIECE;
        }
      } finally {
        seen.open--;
      }
    },
  });
  async function* files(): AsyncGenerator<StoredFile> {
    for (let n = 0; n < count; n++) yield file(n);
  }
  return { files: files(), seen };
}

async function bytesOf(file: StoredFile): Promise<number> {
  let bytes = 0;
  for await (const piece of file.open(signal)) bytes += piece.length;
  return bytes;
}

describe('files that are far', () => {
  test('come in their order, whole, several under way at once', async () => {
    const { files, seen } = farFiles(20, 5);
    const names: string[] = [];
    for await (const file of readAhead(files, signal, { atOnce: 4 })) {
      names.push(file.name);
      expect(await bytesOf(file)).toBe(5000);
    }
    expect(names).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
    expect(seen.most).toBe(4);
  });

  test('are held up to a ceiling, and the one that is read goes on', async () => {
    const { files, seen } = farFiles(6, 50);
    let read = 0;
    for await (const file of readAhead(files, signal, { atOnce: 6, ceiling: 10_000 })) {
      for await (const piece of file.open(signal)) {
        read += piece.length;
        expect(seen.given * 1000 - read).toBeLessThanOrEqual(10_000 + 6 * 1000);
      }
    }
    expect(read).toBe(6 * 50_000);
  });

  test('are begun when there is room for them, where their size is known', async () => {
    for (const [size, most] of [
      [5000, 4], // as it is, and more than a quarter of the room
      [20_000, 4], // more than comes
      [2000, 5], // less
    ] as const) {
      const { files, seen } = farFiles(12, 5, { size });
      let read = 0;
      for await (const file of readAhead(files, signal, { atOnce: 12, ceiling: 10_000 })) {
        await sleep(3);
        read += await bytesOf(file);
      }
      expect(read).toBe(12 * 5000);
      expect(seen.most).toBeLessThanOrEqual(most + 1); // the one that is read is always begun
    }
  });

  test('that fail do so where they are read, and the others are whole', async () => {
    const { files } = farFiles(4, 3, { failing: 1 });
    const outcomes: unknown[] = [];
    for await (const file of readAhead(files, signal)) {
      outcomes.push(await bytesOf(file).catch((error: unknown) => String(error)));
    }
    expect(outcomes).toEqual([3000, 'Error: file 1 is gone', 3000, 3000]);
  });

  test('that are not read, or not to their end, are let go', async () => {
    const { files, seen } = farFiles(10, 20);
    let count = 0;
    for await (const file of readAhead(files, signal, { atOnce: 2, ceiling: 3000 })) {
      if (count++ === 3) for await (const _ of file.open(signal)) break;
    }
    expect(count).toBe(10);
    await sleep(20);
    expect(seen.open).toBe(0);
  });

  test('are closed when nobody wants more, and at an interruption', async () => {
    const { files, seen } = farFiles(100, 1000);
    for await (const _ of readAhead(files, signal)) break;
    const [stop, reason] = [new AbortController(), new Interruption('SIGINT')];
    const interrupted = farFiles(100, 1000);
    const reading = async (): Promise<void> => {
      for await (const file of readAhead(interrupted.files, stop.signal)) {
        for await (const _ of file.open(stop.signal)) stop.abort(reason);
      }
    };
    await expect(reading()).rejects.toBe(reason);
    await sleep(20);
    expect([seen.open, interrupted.seen.open]).toEqual([0, 0]);
    expect(seen.opened).toBeLessThan(60);
  });
});

test('files that are near are opened by whoever reads them', async () => {
  const { files, seen } = farFiles(3, 2, { isFar: false });
  for await (const file of readAhead(files, signal)) {
    expect(seen.open).toBe(0);
    expect(await bytesOf(file)).toBe(2000);
  }
});
