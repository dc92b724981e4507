import { type Stats, statSync } from 'node:fs';
import { UsageError } from '../../errors.js';
import { isS3Url } from '../../model/aws/s3-url.js';
import type { GivenOptions } from '../read/given-options.js';

/** Options whose values are paths of evidence. */
export const INPUTS = ['sessions', 'events'] as const;

/** Paths to read that exist; standard input at most once, whichever option names it. @throws UsageError */
export function checkInputPaths(given: GivenOptions, name: (typeof INPUTS)[number]): void {
  const [paths, origin] = [given.list(name), given.origin(name)];
  for (const path of paths) checkS3Url(path, origin);
  const local = paths.filter((path) => path !== '-' && !isS3Url(path));
  const missing = local.find((path) => statOf(path) === undefined);
  if (missing !== undefined) {
    const isGreedy = given.precedenceOf(name) === 0 && paths.length > 1;
    const hint = `all words after --${name}, up to the next option, are paths`;
    const message = `there is no file or folder ${missing}`;
    throw new UsageError(origin, message, isGreedy ? hint : undefined);
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UsageError(origin, 'standard input (-) can be read only once');
  }
  if (name === 'events' && paths.includes('-') && given.list('sessions').includes('-')) {
    throw new UsageError(origin, 'standard input (-) is already read by --sessions');
  }
}

/** A bucket as S3 names it (Amazon S3 User Guide, "General purpose bucket naming rules"), older ones too. */
const S3_URL = /^s3:\/\/[a-zA-Z0-9][\w.-]{1,253}[a-zA-Z0-9](?:\/|$)/;

/** @throws UsageError for what is meant as a place in S3 and is none. */
export function checkS3Url(path: string, origin: string): void {
  if (!/^s3:/i.test(path) || S3_URL.test(path)) return;
  if (!/^s3:\/\//i.test(path) && statOf(path) !== undefined) return;
  throw new UsageError(origin, `"${path}" is not a place in S3`, 'write s3://BUCKET/PREFIX');
}

/** What is at a path; undefined when nothing is. @throws UsageError when that cannot be told. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path); // with `throwIfNoEntry`, Node 22 and up say nothing of a path below a file
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UsageError(path, error instanceof Error ? error.message : String(error));
  }
}

/** What the matcher takes. */
const LONGEST_PATTERN = 65_536;

/** Patterns of what is left out of folders. @throws UsageError */
export function checkExclude(given: GivenOptions): readonly string[] {
  const patterns = given.list('exclude');
  const wrong = patterns.find(
    (pattern) =>
      /^[\s./]*$/.test(pattern) || pattern.startsWith('!') || pattern.length > LONGEST_PATTERN,
  );
  if (wrong === undefined) return patterns;
  const hint = 'write what to leave out, as in "README*" or "old/**"';
  throw new UsageError(
    given.origin('exclude'),
    `"${wrong.slice(0, 60)}" is not a valid pattern`,
    hint,
  );
}
