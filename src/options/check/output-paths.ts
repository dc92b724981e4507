import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isOwnersAlone } from '../../disk/owners-alone.js';
import { UsageError, ValueError } from '../../errors.js';
import { isS3Url } from '../../model/aws/s3-url.js';
import type { GivenOptions } from '../read/given-options.js';
import { INPUTS, checkS3Url, statOf } from './input-paths.js';

/** The file of `--out`, or the folder of a lake; undefined is standard output. @throws UsageError */
export function checkOut(given: GivenOptions, isLake = false): string | undefined {
  const out = given.parsed('out', isLake ? folderOf : writable);
  if (out !== undefined) checkS3Url(out, given.origin('out'));
  if (given.precedenceOf('sse-kms-key-id') === 0 && (out === undefined || !isS3Url(out))) {
    throw new UsageError('--sse-kms-key-id', 'is only for an output in S3');
  }
  return out === '-' ? undefined : out;
}

/** The file of `--rejects`, which is not standard output. @throws UsageError */
export function checkRejects(given: GivenOptions): string | undefined {
  return given.parsed('rejects', (path) => {
    if (path === '-') throw new ValueError('needs a file: standard output has the rows');
    if (isS3Url(path)) throw new ValueError('needs a file of this machine');
    return writable(path);
  });
}

/** The file of `--checkpoint`, which is one of its own. @throws UsageError */
export function checkCheckpointFile(given: GivenOptions, out: string): string | undefined {
  return given.parsed('checkpoint', (path) => {
    if (path === '-' || isS3Url(path)) throw new ValueError('needs a file of this machine');
    if (isSameFile(path, out)) throw new ValueError('is the same file as --out');
    if (statOf(path)?.isFile() === false) throw new ValueError(`${path} is no regular file`);
    return writable(path);
  });
}

/** Files that are written are not files that are read, nor each other. @throws UsageError */
export function checkNotRead(given: GivenOptions, isLake = false): void {
  const [out, rejects] = [checkOut(given, isLake), checkRejects(given)];
  if (out !== undefined && rejects !== undefined && isSameFile(rejects, out)) {
    throw new UsageError(given.origin('rejects'), 'is the same file as --out');
  }
  for (const name of INPUTS) {
    for (const path of given.list(name).filter((each) => each !== '-')) {
      // A new file in a folder that is read spoils nothing; rejects may be read while they are written.
      const isNew = out !== undefined && !isS3Url(out) && statOf(out) === undefined;
      if (out !== undefined) refuse(given.origin('out'), out, path, isNew);
      if (rejects !== undefined) refuse(given.origin('rejects'), rejects, path, false);
    }
  }
}

function refuse(origin: string, written: string, read: string, isNew: boolean): void {
  if (isS3Url(written) !== isS3Url(read)) return;
  if (isS3Url(written)) {
    const folder = `${read.replace(/\/+$/, '')}/`;
    if (written !== read && !written.startsWith(folder)) return;
    throw new UsageError(origin, `is in ${read}, which is read`, 'write to another place');
  }
  const isIt = isSameFile(written, read);
  if (!isIt && (isNew || !realPath(written).startsWith(realPath(read) + sep))) return;
  const what = isIt ? `is ${read}, which is read` : `is in ${read}, which is read`;
  throw new UsageError(origin, what, 'write to another place');
}

/** The folder of `--cache`, there or not: who can write there can hide events. @throws UsageError */
export function checkCache(given: GivenOptions): string | undefined {
  return given.parsed('cache', (path) => {
    if (isS3Url(path)) throw new ValueError('needs a folder of this machine');
    const found = statOf(path);
    if (found === undefined) return path;
    if (!found.isDirectory()) throw new ValueError(`${path} is not a folder`);
    if (isOwnersAlone(found)) return path;
    throw new ValueError(
      `others can write to ${path}`,
      'name a folder of your own, or chmod 700 it',
    );
  });
}

/** A folder, there or not, without the slash at its end. */
function folderOf(path: string): string {
  const folder = path.replace(/(?<=[^/])\/+$/, '');
  if (path === '-' || (!isS3Url(path) && statOf(folder)?.isDirectory() === false)) {
    throw new ValueError(`${path} is not a folder`, 'partitions are written into a folder');
  }
  return folder;
}

/** A file that can be there: its folder exists, and it is not a folder itself. */
function writable(path: string): string {
  if (path === '-') return path;
  if (isS3Url(path)) {
    if (/^s3:\/\/[^/]+\/.*[^/]$/s.test(path)) return path;
    throw new ValueError(`${path} is not an object`, 'write s3://BUCKET/KEY');
  }
  const folder = dirname(path);
  if (!statOf(folder)?.isDirectory()) {
    throw new ValueError(`there is no folder ${folder} for ${basename(path)}`);
  }
  if (statOf(path)?.isDirectory()) throw new ValueError(`${path} is a folder`);
  return path;
}

/** One file may have several names. */
function isSameFile(a: string, b: string): boolean {
  if (isS3Url(a) || isS3Url(b)) return a === b;
  const [one, other] = [statOf(a), statOf(b)];
  const isOne = one !== undefined && one.ino === other?.ino && one.dev === other.dev;
  return isOne || realPath(a) === realPath(b);
}

/** Where links lead, also for a file that is not there yet. */
function realPath(path: string): string {
  const attempt = (find: (path: string) => string, of: string): string | undefined => {
    try {
      return find(of);
    } catch {
      return undefined;
    }
  };
  const real = attempt(realpathSync, path);
  if (real !== undefined) return real;
  const link = attempt(readlinkSync, path);
  if (link !== undefined) return realPath(resolve(dirname(path), link));
  return join(attempt(realpathSync, dirname(path)) ?? resolve(dirname(path)), basename(path));
}
