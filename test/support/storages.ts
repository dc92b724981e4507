import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Interruption } from '../../src/errors.js';
import type { Storage, StoredFile } from '../../src/storage/storage.js';

/** A storage that holds these contents, by path, and the place at which they lie. */
export interface Filled {
  readonly storage: Storage;
  readonly place: string;
}

const ALL = (): boolean => true;

export async function listed(
  { storage, place }: Filled,
  isWanted = ALL as Parameters<Storage['list']>[1],
): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const file of storage.list(place, isWanted)) files.push(file);
  return files;
}

export async function contentOf(
  file: StoredFile,
  signal = new AbortController().signal,
): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of file.open(signal)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Writes contents below a folder, by path. */
export function writeAll(folder: string, contents: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** What every storage of one file promises. */
export function storageContract(
  name: string,
  fill: (content: string) => Filled | Promise<Filled>,
): void {
  describe(`${name} keeps the contract of storages`, () => {
    test('a file has all of its bytes, an id and a name', async () => {
      const content = 'é\n'.repeat(400_000);
      const [file, ...others] = await listed(await fill(content));
      expect(others).toEqual([]);
      expect([file!.id === '', file!.name === '']).toEqual([false, false]);
      expect(await contentOf(file!)).toBe(content);
    });

    test('what can be opened more than once is the same each time', async () => {
      const [file] = await listed(await fill('content'));
      expect(await contentOf(file!)).toBe('content');
      if (file!.rereadable) expect(await contentOf(file!)).toBe('content');
    });

    test('what a place names by itself is given whatever is wanted', async () => {
      expect((await listed(await fill('x'), () => false)).length).toBe(1);
    });

    test('it is listed without being opened', async () => {
      const filled = await fill('x');
      const [first, second] = [await listed(filled), await listed(filled)];
      expect(first.map(({ id }) => id)).toEqual(second.map(({ id }) => id));
      expect(await contentOf(second[0]!)).toBe('x');
    });

    test('an interruption ends the reading', async () => {
      const stop = new AbortController();
      const [file] = await listed(await fill('x'.repeat(5_000_000)));
      const reading = (async () => {
        for await (const _ of file!.open(stop.signal)) stop.abort(new Interruption('SIGINT'));
      })();
      await expect(reading).rejects.toThrow();
    });

    test('no file lies beside one beyond the folder above', async () => {
      const { storage, place } = await fill('x');
      const [file] = await listed({ storage, place });
      for (const path of ['', '../../x', 'a/../../../x']) {
        expect(await storage.beside(file!, path)).toBeUndefined();
      }
    });
  });
}

/** A stream in pieces as a pipe would bring them. */
export function streamOf(content: string): Readable {
  const bytes = Buffer.from(content);
  const count = Math.ceil(bytes.length / 65_536);
  return Readable.from(
    Array.from({ length: count }, (_, n) => bytes.subarray(n * 65_536, (n + 1) * 65_536)),
  );
}
