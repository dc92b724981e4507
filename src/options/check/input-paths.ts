import { type Stats, statSync } from 'node:fs';
import { UsageError } from '../../errors.js';
import type { GivenOptions } from '../read/given-options.js';

/** Options whose values are paths of evidence. */
export const INPUTS = ['sessions', 'events'] as const;

/** Paths to read that exist; standard input at most once, whichever option names it. @throws UsageError */
export function checkInputPaths(given: GivenOptions, name: (typeof INPUTS)[number]): void {
  const [paths, origin] = [given.list(name), given.origin(name)];
  const missing = paths.find((path) => path !== '-' && statOf(path) === undefined);
  if (missing !== undefined) {
    const isGreedy = given.precedenceOf(name) === 0 && paths.length > 1;
    const hint = `all words after --${name}, up to the next option, are paths`;
    if (/^s3:\/\//i.test(missing)) {
      const download = `download it first: aws s3 cp --recursive ${missing} FOLDER`;
      throw new UsageError(origin, `${missing} is in S3, which is not read`, download);
    }
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

/** What is at a path; undefined when nothing is. @throws UsageError when that cannot be told. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
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
