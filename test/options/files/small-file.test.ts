import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Interruption, UsageError, ValueError } from '../../../src/errors.js';
import { readAllowList } from '../../../src/options/files/allow-list.js';
import { readPolicy } from '../../../src/options/files/policy-file.js';
import { readProfileMap } from '../../../src/options/files/profile-map.js';
import { readSmallFile } from '../../../src/options/files/small-file.js';
import { readConfig } from '../../../src/options/read/config-file.js';
import { temporaryFolder } from '../../support/contracts.js';

const MOST = 16 * 1024 * 1024;

function pipe(): string {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

async function problemOf(path: string): Promise<string> {
  const failure: unknown = await readSmallFile(path).catch((error: unknown) => error);
  if (failure instanceof ValueError) return failure.message.replaceAll(path, 'FILE');
  throw new Error(`taken: ${String(failure)}`);
}

test('a regular file is read', async () => {
  const path = join(temporaryFolder(), 'a.yaml');
  writeFileSync(path, 'ä: 1\n');
  expect(await readSmallFile(path)).toBe('ä: 1\n');
  writeFileSync(path, '');
  expect(await readSmallFile(path)).toBe('');
  expect(await readSmallFile('/dev/null')).toBe('');
});

test('a pipe is read to its end, also when its writer comes late and writes in pieces', async () => {
  const path = pipe();
  const reading = readSmallFile(path);
  const writer = spawn('sh', ['-c', `exec 3>"${path}"; printf 'a: ' >&3; printf '1\n' >&3`]);
  expect(await reading).toBe('a: 1\n');
  writer.kill();
});

describe('what is not a small file is refused', () => {
  test('devices, folders and sockets', async () => {
    const what = 'FILE cannot be read: it is neither a file nor a pipe';
    for (const device of ['/dev/zero', '/dev/urandom', '/dev/full'])
      expect(await problemOf(device)).toBe(what);
    expect(await problemOf(temporaryFolder())).toBe('FILE cannot be read: it is a folder');
    const path = join(temporaryFolder(), 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await problemOf(path)).toBe(what);
    server.close();
  });

  test('files and pipes of more than 16 MB', async () => {
    const path = join(temporaryFolder(), 'large');
    writeFileSync(path, '');
    truncateSync(path, MOST + 1);
    expect(await problemOf(path)).toBe('FILE cannot be read: it has more than 16 MB');
    truncateSync(path, MOST);
    expect(await readSmallFile(path)).toHaveLength(MOST);
    const endless = pipe();
    const writer = spawn('sh', ['-c', `cat /dev/zero > "${endless}"`]);
    expect(await problemOf(endless)).toBe('FILE cannot be read: it has more than 16 MB');
    writer.kill();
  });

  test('what is not there, with a word on ~', async () => {
    expect(await problemOf(join(temporaryFolder(), 'no'))).toBe('there is no file FILE');
    await expect(readSmallFile('~/no')).rejects.toThrow(
      expect.objectContaining({ hint: 'the shell did not expand ~: write $HOME' }),
    );
  });

  test('what is not UTF-8', async () => {
    const path = join(temporaryFolder(), 'latin1');
    writeFileSync(path, Buffer.from([0xe4]));
    expect(await problemOf(path)).toBe('FILE cannot be read: it is not UTF-8 text');
  });
});

describe('a read that does not end stops on a signal', () => {
  const READERS: Readonly<Record<string, (path: string, signal: AbortSignal) => Promise<unknown>>> =
    {
      'the policy': (path, signal) => readPolicy(path, '--policy', signal),
      'the allow list': (path, signal) => readAllowList(path, '--allow', signal),
      'the profile map': (path, signal) => readProfileMap(path, '--profile-map', signal),
      'the config': (path, signal) => readConfig(path, {}, signal),
    };

  test.each(Object.entries(READERS))('of %s, without a writer and with one', async (_, read) => {
    for (const hasWriter of [false, true]) {
      const path = pipe();
      const stop = new AbortController();
      const reading = read(path, stop.signal);
      const fd = hasWriter ? openSync(path, 'r+') : undefined; // never waits, for it may read too
      if (fd !== undefined) writeSync(fd, 'a: 1\n');
      setTimeout(() => {
        stop.abort(new Interruption('SIGINT'));
      }, 20);
      await expect(reading).rejects.toThrow(Interruption);
      if (fd !== undefined) closeSync(fd);
    }
  });

  test('and what is wrong is told under the name of the option', async () => {
    for (const read of Object.values(READERS)) {
      const failure = await read('/dev/zero', new AbortController().signal).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(UsageError);
    }
  });
});
