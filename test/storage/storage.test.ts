import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../src/errors.js';
import type { IsWanted } from '../../src/storage/storage.js';
import { folders } from '../../src/storage/folder.js';
import { spoolFiles } from '../../src/storage/spool-files.js';
import { standardInput } from '../../src/storage/standard-input.js';
import { storages } from '../../src/storage/storage-of.js';
import { temporaryFolder } from '../support/contracts.js';
import { keptReading, ownTemporaryFolder } from '../support/records.js';
import { contentOf, listed, storageContract, streamOf, writeAll } from '../support/storages.js';

const { signal } = new AbortController();

storageContract('a file of a folder', (content) => {
  const place = join(temporaryFolder(), 'file');
  writeFileSync(place, content);
  return { storage: folders, place };
});

storageContract('standard input', (content) => ({
  storage: standardInput(streamOf(content)),
  place: '-',
}));

test('a place is in the storage that its form says', async () => {
  const storageOf = storages(streamOf('typed'), keptReading().context);
  const [input] = await listed({ storage: storageOf('-'), place: '-' });
  expect(await contentOf(input!)).toBe('typed');
  expect(storageOf('some/folder')).toBe(folders);
});

describe('a folder', () => {
  const namesIn = async (place: string, isWanted?: Parameters<typeof listed>[1]) =>
    (await listed({ storage: folders, place }, isWanted)).map(({ name }) =>
      name.slice(place.length + 1),
    );

  test('is listed in order of paths, hidden files apart', async () => {
    const place = temporaryFolder();
    writeAll(place, { 'b/2': '', 'b/1': '', a: '', c: '', '.hidden': '', '.git/x': '' });
    expect(await namesIn(place)).toEqual(['a', 'b/1', 'b/2', 'c']);
  });

  test('is asked for each file and folder below, whole and from the place, and not entered in vain', async () => {
    const place = temporaryFolder();
    writeAll(place, { 'a/deep/1': '', 'b/2': '' });
    const asked: string[] = [];
    const isWanted: IsWanted = (path, below, kind) => {
      expect(path).toBe(`${place}/${below}`);
      asked.push(`${kind} ${below}`);
      return below !== 'a';
    };
    expect(await namesIn(place, isWanted)).toEqual(['b/2']);
    expect(asked).toEqual(['folder a', 'folder b', 'file b/2']);
  });

  test('gives a file one id by whatever way it is reached', async () => {
    const [place, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeAll(elsewhere, { file: 'x' });
    symlinkSync(elsewhere, join(place, 'folder'));
    symlinkSync(join(elsewhere, 'file'), join(place, 'link'));
    symlinkSync(place, join(place, 'back'));
    const ids = (await listed({ storage: folders, place })).map(({ id }) => id);
    expect(ids.length).toBe(2);
    expect(new Set(ids)).toEqual(new Set([join(elsewhere, 'file')]));
  });

  test('has files whose names are not UTF-8, each under a name of its own', async () => {
    const place = temporaryFolder();
    for (const byte of [0xff, 0xfe]) {
      const path = Buffer.concat([Buffer.from(`${place}/x`), Buffer.from([byte])]);
      writeFileSync(path, String(byte));
    }
    const files = await listed({ storage: folders, place });
    expect(files.map(({ name }) => name)).toEqual([`${place}/x\\xfe`, `${place}/x\\xff`]);
    expect(new Set(files.map(({ id }) => id)).size).toBe(2);
    expect(await Promise.all(files.map((file) => contentOf(file)))).toEqual(['254', '255']);
    const folder = Buffer.concat([Buffer.from(`${place}/y`), Buffer.from([0xe9])]);
    mkdirSync(folder);
    renameSync(
      Buffer.concat([Buffer.from(`${place}/x`), Buffer.from([0xff])]),
      Buffer.concat([folder, Buffer.from('/z')]),
    );
    expect((await listed({ storage: folders, place })).length).toBe(2);
  });

  test('that is not there, and a link that leads nowhere, are errors when they are opened', async () => {
    const place = temporaryFolder();
    symlinkSync('nowhere', join(place, 'link'));
    for (const where of [join(place, 'none'), place]) {
      const [file] = await listed({ storage: folders, place: where });
      await expect(contentOf(file!)).rejects.toThrow(SourceError);
    }
  });

  test('has files beside another, also in the folder beside', async () => {
    const place = temporaryFolder();
    writeAll(place, { 'one/a': 'a', 'one/b/c': 'c', 'two/d': 'd' });
    const [first] = await listed({ storage: folders, place: join(place, 'one/a') });
    for (const [path, content] of [
      ['b/c', 'c'],
      ['../two/d', 'd'],
    ] as const) {
      const file = await folders.beside(first!, path);
      expect(await contentOf(file!)).toBe(content);
      expect((await listed({ storage: folders, place })).map(({ id }) => id)).toContain(file!.id);
    }
  });
});

describe('what can be opened once', () => {
  test('is kept in a temporary file until it is disposed of, and the others are left alone', async () => {
    const place = join(temporaryFolder(), 'pipe');
    const temporary = ownTemporaryFolder();
    execFileSync('mkfifo', [place]);
    const [pipe] = await listed({ storage: folders, place });
    const [input] = await listed({ storage: standardInput(streamOf('typed')), place: '-' });
    expect([pipe!.rereadable, input!.rereadable]).toEqual([false, false]);
    const writing = import('node:fs/promises').then(({ writeFile }) => writeFile(place, 'piped'));
    const { files, dispose } = await spoolFiles([pipe!, input!], signal);
    await writing;
    for (const _ of [1, 2]) {
      expect(await Promise.all(files.map((file) => contentOf(file)))).toEqual(['piped', 'typed']);
    }
    expect(files.map(({ name }) => name)).toEqual([place, 'standard input']);
    await dispose();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('and cannot be read is an error that names it, and leaves nothing behind', async () => {
    const temporary = ownTemporaryFolder();
    const failing = new Readable({
      read() {
        this.destroy(new Error('gone'));
      },
    });
    const files = await listed({ storage: standardInput(failing), place: '-' });
    await expect(spoolFiles(files, signal)).rejects.toThrow(/standard input could not be read/);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
