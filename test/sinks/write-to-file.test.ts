import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Interruption, SinkError } from '../../src/errors.js';
import { writeToFile } from '../../src/sinks/write-text.js';
import { temporaryFolder } from '../support/contracts.js';
import { endless, failing, texts } from './texts.js';

const { signal } = new AbortController();

describe('a file', () => {
  test('holds what was written, for its owner alone', async () => {
    const path = join(temporaryFolder(), 'rows.csv');
    await writeToFile(path, signal)(texts('a,b\n', '1,漢\n'));
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,漢\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('may have the longest name that there is', async () => {
    const path = join(temporaryFolder(), `${'漢'.repeat(83)}.csv`); // 253 bytes
    await writeToFile(path, signal)(texts('a\n'));
    expect(readFileSync(path, 'utf8')).toBe('a\n');
  });

  test('that is read-only is not replaced', async () => {
    const path = join(temporaryFolder(), 'rows.csv');
    writeFileSync(path, 'old\n', { mode: 0o444 });
    await expect(writeToFile(path, signal)(texts('new\n'))).rejects.toThrow(/it is read-only/);
    expect(readFileSync(path, 'utf8')).toBe('old\n');
  });

  test('appears only when it is whole, and nothing else is left beside it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'rows.csv');
    async function* looking(): AsyncGenerator<string> {
      yield 'first\n';
      expect(readdirSync(folder)).not.toContain('rows.csv');
      yield 'second\n';
    }
    await writeToFile(path, signal)(looking());
    expect(readdirSync(folder)).toEqual(['rows.csv']);
  });

  test('that is there stays as it was when the source fails', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'rows.csv');
    writeFileSync(path, 'yesterday');
    const failure = new Error('the source failed');
    await expect(writeToFile(path, signal)(failing(failure))).rejects.toBe(failure);
    expect(readFileSync(path, 'utf8')).toBe('yesterday');
    expect(readdirSync(folder)).toEqual(['rows.csv']);
  });

  test('that is there is replaced by a whole one, for its owner alone', async () => {
    const path = join(temporaryFolder(), 'rows.csv');
    writeFileSync(path, 'yesterday, and much longer', { mode: 0o644 });
    await writeToFile(path, signal)(texts('today'));
    expect(readFileSync(path, 'utf8')).toBe('today');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is removed when the run is interrupted, and the text is closed', async () => {
    const folder = temporaryFolder();
    const stop = new AbortController();
    const reason = new Interruption('SIGINT');
    const text = endless();
    const writing = writeToFile(join(folder, 'rows.csv'), stop.signal)(text);
    setTimeout(() => stop.abort(reason), 20);
    await expect(writing).rejects.toBe(reason);
    expect(text.closed).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is compressed when its name ends in .gz', async () => {
    const path = join(temporaryFolder(), 'rows.csv.gz');
    await writeToFile(path, signal)(texts('a,b\n', 'x'.repeat(100_000)));
    expect(gunzipSync(readFileSync(path)).toString()).toBe(`a,b\n${'x'.repeat(100_000)}`);
    expect(statSync(path).size).toBeLessThan(1000);
  });

  test('that a link leads to is replaced, and the link stays', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'archive'));
    writeFileSync(join(folder, 'archive', 'rows.csv'), 'yesterday');
    const link = join(folder, 'latest.csv');
    symlinkSync(join('archive', 'rows.csv'), link);
    await writeToFile(link, signal)(texts('today'));
    expect(readlinkSync(link)).toBe(join('archive', 'rows.csv'));
    expect(readFileSync(join(folder, 'archive', 'rows.csv'), 'utf8')).toBe('today');
    expect(readdirSync(join(folder, 'archive'))).toEqual(['rows.csv']);
  });

  test('that a link leads to is created where there is none yet, and the link stays', async () => {
    const folder = temporaryFolder();
    const [link, target] = [join(folder, 'latest.csv'), join(folder, 'rows.csv')];
    symlinkSync(target, link);
    await writeToFile(link, signal)(texts('today'));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('today');
  });

  test('that cannot be created is a SinkError that names it', async () => {
    const path = join(temporaryFolder(), 'nowhere', 'rows.csv');
    const failure = expect(writeToFile(path, signal)(texts('x'))).rejects;
    await failure.toThrow(SinkError);
    await expect(writeToFile(path, signal)(texts('x'))).rejects.toThrow(path);
  });
});

test('a pipe is written to as it is', async () => {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const [content] = await Promise.all([
    readFile(path, 'utf8'),
    writeToFile(path, signal)(texts('a\n', 'b\n')),
  ]);
  expect(content).toBe('a\nb\n');
  expect(lstatSync(path).isFIFO()).toBe(true);
});

test('a device is written to as it is', async () => {
  await writeToFile('/dev/null', signal)(texts('a\n'));
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});
