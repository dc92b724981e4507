import { UsageError } from '../../errors.js';
import type { GivenOptions } from '../read/given-options.js';

/** The columns of `--columns`; undefined for those that the format has by default. @throws UsageError */
export function checkColumns(given: GivenOptions): 'audit' | 'all' | readonly string[] | undefined {
  const names = given.parts('columns');
  const set = names?.find((name) => name === 'audit' || name === 'all');
  if (names === undefined || set === undefined) return names;
  if (names.length === 1) return set;
  throw new UsageError(given.origin('columns'), `"${set}" cannot be combined with other columns`);
}
