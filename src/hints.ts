import type { Caveat, CaveatCode } from './model/report/caveat.js';

/** What to do about a caveat, by its code. This file is where facts become advice, with the names of options. */
const ADVICE: Readonly<Partial<Record<CaveatCode, string>>> = {
  unverifiable_calls:
    'add the files of ended sessions with --sessions and say since when they are complete with --sessions-since',
  undetermined_profile: 'give --profile-map',
  unknown_profile: 'give --policy or --profile-map, which know the names of profiles',
  unattributed_calls: 'give --profile-map',
  unchecked_calls: 'archive sessions with --columns all',
  suspected_profile: 'use --profile-map to settle it',
  disagreeing_sources: 'use --profile-map to settle it',
  unchecked_callers: 'name the callers that may hand out credentials with --broker',
  still_delivering: 'use --until 15m in scheduled runs',
};

/** The text of a caveat, and what to do about it. */
export function withAdvice({ code, text }: Caveat): string {
  const advice = ADVICE[code];
  return advice === undefined ? text : `${text}; ${advice}`;
}
