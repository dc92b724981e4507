import type { EventCoverage } from '../model/coverage/event-coverage.js';
import type { SessionCoverage } from '../model/coverage/session-coverage.js';
import type { RoleClaims } from '../model/attribution/role-claims.js';
import { chargedTo, place } from '../model/attribution/place.js';
import type { CallerIdentity } from '../model/coverage/caller-identity.js';
import type { SetAside } from '../model/report/set-aside.js';
import type { AthenaCost } from '../model/report/athena-cost.js';
import type { Instant } from '../model/time/instant.js';
import type { CallCount } from '../model/verdict/call-count.js';
import type { Verdict } from '../model/verdict/verdict.js';

/** Everything that a report is made of, when all calls have been judged. A value. */
export interface Evidence {
  readonly window: { readonly since: Instant; readonly until: Instant };
  /** Set when the window ends so late that CloudTrail may still be delivering: up to here it has. */
  readonly freshUntil: Instant | undefined;
  /** All judged calls, those that the allow list permits among them. */
  readonly counts: readonly CallCount[];
  readonly claims: RoleClaims;
  /** Profiles that a session, the policy, the profile map or the AWS config names. */
  readonly namedProfiles: ReadonlySet<string>;
  /** What was not judged; `allowed` and `filtered_out` are a report's own. */
  readonly setAside: SetAside;
  /** Calls that hand out role credentials and were not judged, by name. */
  readonly notJudged: ReadonlyMap<string, number>;
  /** Calls that share an event id with another call from which they differ. */
  readonly contradictions: number;
  readonly sessions: SessionCoverage;
  readonly events: EventCoverage;
  /** Who asked AWS; undefined where nobody was asked, or AWS did not say. */
  readonly identity: CallerIdentity | undefined;
  /** Rows that could not be understood. */
  readonly rejected: number;
  /** Has everything been read? */
  readonly complete: boolean;
  readonly athena: AthenaCost | undefined;
}

/**
 * The profiles that a call belongs to: of a tracked call its session's, of any other all that have a claim
 * on its role. A call that does not say its role belongs to none that is known.
 */
export function profilesOf(
  call: Pick<Verdict, 'category'> & {
    readonly roleArn: string | undefined;
    readonly sessionProfile: string | undefined;
  },
  claims: RoleClaims,
): readonly string[] {
  if (call.category === 'tracked') {
    return call.sessionProfile === undefined ? [] : [call.sessionProfile];
  }
  return call.roleArn === undefined ? [] : chargedTo(place(call.roleArn, claims));
}
