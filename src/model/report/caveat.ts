import { ExitCode } from '../../errors.js';

/** What a run could not decide, or what its reader must know, one code for each cause. */
export type CaveatCode =
  | 'rejected_rows'
  | 'broken_files'
  | 'window_clipped'
  | 'unread_regions'
  | 'unverifiable_calls'
  | 'undetermined_profile'
  | 'unverifiable_profile'
  | 'unknown_profile'
  | 'unattributed_calls'
  | 'unchecked_calls'
  | 'calls_without_role'
  | 'suspected_profile'
  | 'disagreeing_sources'
  | 'unused_map_roles'
  | 'unused_allow_rule'
  | 'expired_allow_rule'
  | 'unknown_role'
  | 'unchecked_callers'
  | 'no_source_identity'
  | 'sessions_without_identity'
  | 'hidden_identities'
  | 'orphans_of_tvm'
  | 'orphans_of_cli'
  | 'unseen_scope'
  | 'archive_gap'
  | 'contradicting_records'
  | 'still_delivering';

/** A reason why the answer is not the whole answer. */
export interface Caveat {
  readonly code: CaveatCode;
  /** How many calls, rows, roles or rules it is about. */
  readonly count: number;
  /** `incomplete`: not everything was read. `undecided`: something could not be judged. `note`: for the reader. */
  readonly weight: 'incomplete' | 'undecided' | 'note';
  /** One sentence of facts, without advice. */
  readonly text: string;
}

/**
 * The exit code of a run: what was not read comes before what was found, and what was found before what
 * could not be decided.
 */
export function exitCodeOf(findings: number, caveats: readonly Caveat[]): ExitCode {
  const has = (weight: Caveat['weight']): boolean => caveats.some((one) => one.weight === weight);
  if (has('incomplete')) return ExitCode.Failed;
  if (findings > 0) return ExitCode.Findings;
  return has('undecided') ? ExitCode.Failed : ExitCode.Clean;
}

/** One caveat, or none where nothing is affected. */
export function caveat(
  code: Caveat['code'],
  number: number,
  weight: Caveat['weight'],
  text: string,
): Caveat[] {
  return number === 0 ? [] : [{ code, count: number, weight, text }];
}
