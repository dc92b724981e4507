import { claimsOf } from '../../src/audit/claims-of.js';
import type { Evidence } from '../../src/audit/evidence.js';
import type { CaveatOptions } from '../../src/audit/report/report-options.js';
import { sessionCoverage } from '../../src/model/coverage/session-coverage.js';
import { nothingSetAside } from '../../src/model/report/set-aside.js';
import { parseInstant } from '../../src/model/time/instant.js';
import type { CallCount } from '../../src/model/verdict/call-count.js';

const WINDOW = {
  since: parseInstant('2026-01-17T00:00:00Z')!,
  until: parseInstant('2026-01-24T00:00:00Z')!,
};

/** What a report is asked for where nothing is asked: all calls, and the three categories fail. */
export const OPTIONS: CaveatOptions = {
  role: undefined,
  profile: undefined,
  failOn: new Set(['no_source_identity', 'non_sentinel_format', 'orphaned']),
  allow: [],
  knownRoles: { explicit: new Map(), awsConfig: new Map() },
  hasBrokers: true,
  now: WINDOW.until,
};

/** What else is known than counts: profiles that something names, and any member of the evidence. */
export interface Known extends Partial<Evidence> {
  readonly named?: readonly string[];
}

/** The complete evidence of a week with these counts. */
export function evidenceOf(
  counts: readonly CallCount[],
  { named = [], ...more }: Known = {},
  { profile, knownRoles = OPTIONS.knownRoles }: Partial<CaveatOptions> = {},
): Evidence {
  const mentioned = [...named, ...(profile === undefined ? [] : [profile])];
  return {
    window: WINDOW,
    freshUntil: undefined,
    counts,
    claims: claimsOf(counts, knownRoles, mentioned),
    namedProfiles: new Set(named),
    setAside: nothingSetAside(),
    notJudged: new Map(),
    contradictions: 0,
    sessions: sessionCoverage([{ name: 'session files', sessions: 1, withoutIdentity: 0 }], []),
    events: {
      accounts: [],
      regions: [],
      firstDay: undefined,
      lastDay: undefined,
      files: 1,
      missing: [],
      unseen: [],
    },
    identity: undefined,
    rejected: 0,
    complete: true,
    athena: undefined,
    ...more,
  };
}
