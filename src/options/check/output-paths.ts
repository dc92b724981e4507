import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UsageError, ValueError } from '../../errors.js';
import type { GivenOptions } from '../read/given-options.js';
import { INPUTS, statOf } from './input-paths.js';

/** The file of `--out`; undefined is standard output. @throws UsageError */
export function checkOut(given: GivenOptions): string | undefined {
  const out = given.parsed('out', writable);
  return out === '-' ? undefined : out;
}

/** The file of `--rejects`, which is not standard output. @throws UsageError */
export function checkRejects(given: GivenOptions): string | undefined {
  return given.parsed('rejects', (path) => {
    if (path === '-') throw new ValueError('needs a file: standard output has the rows');
    return writable(path);
  });
}

/** Files that are written are not files that are read, nor each other. @throws UsageError */
export function checkNotRead(given: GivenOptions): void {
  const [out, rejects] = [checkOut(given), checkRejects(given)];
  if (out !== undefined && rejects !== undefined && isSameFile(rejects, out)) {
    throw new UsageError(given.origin('rejects'), 'is the same file as --out');
  }
  for (const name of INPUTS) {
    for (const path of given.list(name).filter((each) => each !== '-')) {
      // A new file in a folder that is read spoils nothing; rejects may be read while they are written.
      const isNew = out !== undefined && statOf(out) === undefined;
      if (out !== undefined) refuse(given.origin('out'), out, path, isNew);
      if (rejects !== undefined) refuse(given.origin('rejects'), rejects, path, false);
    }
  }
}

function refuse(origin: string, written: string, read: string, isNew: boolean): void {
  const isIt = isSameFile(written, read);
  if (!isIt && (isNew || !realPath(written).startsWith(realPath(read) + sep))) return;
  const what = isIt ? `is ${read}, which is read` : `is in ${read}, which is read`;
  throw new UsageError(origin, what, 'write to another place');
}

/** A file that can be there: its folder exists, and it is not a folder itself. */
function writable(path: string): string {
  if (path === '-') return path;
  const folder = dirname(path);
  if (!statOf(folder)?.isDirectory()) {
    throw new ValueError(`there is no folder ${folder} for ${basename(path)}`);
  }
  if (statOf(path)?.isDirectory()) throw new ValueError(`${path} is a folder`);
  return path;
}

/** One file may have several names. */
function isSameFile(a: string, b: string): boolean {
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
