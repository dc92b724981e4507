import { type AllowRule, allowing } from '../model/verdict/allow-rule.js';
import { type SetAside, nothingSetAside } from '../model/report/set-aside.js';
import { isFinding } from '../model/verdict/attributed-verdict.js';
import { type RoleUse, eventsOf } from '../model/attribution/profile-report.js';
import { type KnownRoles, RoleProfiles, nameOf } from '../model/attribution/role-profiles.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { SessionSummary } from '../model/session/session-lookup.js';
import { ANOMALIES, type Anomaly, type Verdict } from '../model/verdict/verdict.js';

/**
 * Do the events say whether the caller's own session has a source identity: by themselves, by what is known
 * of the caller's role when all have come, or not at all?
 */
export type HopsAre = 'shown' | 'guessed' | 'unknown';

/** What is counted while events are judged. Its memory depends on roles and profiles, not on events. */
export class Tally {
  readonly excluded: SetAside;
  /** Tracked events by the profile of their session. */
  readonly trackedByProfile = new Map<string | undefined, number>();
  /** Untracked events by the role that was assumed. */
  readonly untrackedByRole = new Map<string | undefined, RoleUse>();
  /** Which profiles a role belongs to: complete when all events have been counted. */
  readonly profiles: RoleProfiles;
  /** How often each rule of the allow list was used, by its name. */
  readonly allowed: Map<string, number>;
  hasIdentities = false;
  hasTags = false;
  /** Every role that was assumed, and its name. */
  readonly #roles = new Set<string>();
  readonly #unchecked = new Map<string | undefined, number>();
  readonly #anomalous = new Map<string | undefined, number>();
  readonly #anomalies = new Map<string | undefined, Partial<Record<Anomaly, number>>>();
  readonly #ruleFor: (event: RoleCall) => AllowRule | undefined;
  /** Tracked calls of roles, which teach unless their caller's role was assumed with an identity itself. */
  readonly #hops = new Map<
    string,
    { caller: string; role: string; profile: string; events: number }
  >();
  readonly #withIdentity = new Set<string>();
  readonly #hopsAre: HopsAre;

  constructor(
    allow: readonly AllowRule[],
    knownRoles: KnownRoles,
    excluded = nothingSetAside(),
    hopsAre: HopsAre = 'shown',
  ) {
    this.excluded = excluded;
    this.#hopsAre = hopsAre;
    this.profiles = new RoleProfiles(knownRoles);
    this.allowed = new Map(allow.map(({ name }) => [name, 0]));
    this.#ruleFor = allowing(allow);
  }

  /** The rule that permits a would-be finding. */
  ruleFor(verdict: Verdict): AllowRule | undefined {
    return isFinding(verdict) ? this.#ruleFor(verdict.event) : undefined;
  }

  /** Counts events with one verdict; false for those that the allow list permits, which are in no total. */
  add(verdict: Verdict, events = 1): boolean {
    const { event, match } = verdict;
    this.hasIdentities ||= event.sourceIdentity !== undefined;
    this.hasTags ||= event.sessionTag !== undefined;
    if (event.roleArn !== undefined) {
      this.#roles.add(event.roleArn).add(nameOf(event.roleArn));
      if (event.sourceIdentity !== undefined) this.#withIdentity.add(event.roleArn);
    }
    const rule = this.ruleFor(verdict);
    if (rule !== undefined) {
      this.excluded.allowed += events;
      this.allowed.set(rule.name, (this.allowed.get(rule.name) ?? 0) + events);
      return false;
    }
    if (match === undefined) this.#countUntracked(verdict, events);
    else this.#countTracked(verdict, match.session, events);
    return true;
  }

  /** Was a role of this ARN or name assumed? */
  hasRole(role: string): boolean {
    return this.#roles.has(role);
  }

  /** Untracked events that say no role. */
  get rolelessEvents(): number {
    const use = this.untrackedByRole.get(undefined);
    return use === undefined ? 0 : eventsOf(use);
  }

  /** Tracked events of the sessions of one profile, or of all. */
  trackedOf(profile: string | undefined): number {
    return countOf(this.trackedByProfile, profile);
  }

  /** Those that cannot be right. */
  anomalousOf(profile: string | undefined): number {
    return countOf(this.#anomalous, profile);
  }

  /** Those of sessions that lack what an anomaly is told by. */
  uncheckedOf(profile: string | undefined): number {
    return countOf(this.#unchecked, profile);
  }

  /** May an untracked event of this role be of the profile? One that says no role may be of any. */
  mayBeOf(roleArn: string | undefined, profile: string): boolean {
    return roleArn === undefined || this.profiles.mayBeOf(roleArn, profile);
  }

  /** Anomalies of the sessions of one profile, or of all. */
  anomaliesOf(profile: string | undefined): Partial<Record<Anomaly, number>> {
    const sum: Partial<Record<Anomaly, number>> = {};
    for (const [of, counts] of this.#anomalies) {
      if (profile !== undefined && of !== profile) continue;
      for (const anomaly of ANOMALIES) {
        const more = counts[anomaly] ?? 0;
        if (more > 0) sum[anomaly] = (sum[anomaly] ?? 0) + more;
      }
    }
    return sum;
  }

  #countUntracked({ event, category, unverifiable }: Verdict, events: number): void {
    if (category === 'tracked') return;
    let use = this.untrackedByRole.get(event.roleArn);
    if (use === undefined) {
      this.untrackedByRole.set(event.roleArn, (use = { found: {}, unverifiable: {} }));
    }
    const counts = unverifiable ? use.unverifiable : use.found;
    counts[category] = (counts[category] ?? 0) + events;
  }

  #countTracked({ event, anomalies }: Verdict, session: SessionSummary, events: number): void {
    const { profile } = session;
    this.trackedByProfile.set(profile, (this.trackedByProfile.get(profile) ?? 0) + events);
    if (!isChecked(session)) {
      this.#unchecked.set(profile, (this.#unchecked.get(profile) ?? 0) + events);
    }
    if (anomalies.length > 0) {
      this.#anomalous.set(profile, (this.#anomalous.get(profile) ?? 0) + events);
    }
    const counts = this.#anomalies.get(profile) ?? {};
    for (const anomaly of anomalies) counts[anomaly] = (counts[anomaly] ?? 0) + events;
    this.#anomalies.set(profile, counts);
    if (profile === undefined) return;
    this.profiles.noteSessionProfile(profile);
    const isFirstHop = event.callerSourceIdentity === undefined;
    if (!isFirstHop || event.roleArn === undefined) return;
    const isRole = event.callerRoleArn !== undefined;
    // A copied id must not move a role to another profile.
    if (anomalies.length > 0 || (isRole && this.#hopsAre === 'unknown')) {
      this.profiles.suspect(event.roleArn, profile);
    } else if (this.#hopsAre === 'shown' || event.callerRoleArn === undefined) {
      this.profiles.learn(event.roleArn, profile, events);
    } else {
      this.#noteHop(event.callerRoleArn, event.roleArn, profile, events);
    }
  }

  #noteHop(caller: string, role: string, profile: string, events: number): void {
    const key = JSON.stringify([caller, role, profile]);
    const known = this.#hops.get(key)?.events ?? 0;
    this.#hops.set(key, { caller, role, profile, events: known + events });
  }

  /** To be called when all events have been counted: now it is known who may have been a second hop. */
  finish(): void {
    for (const { caller, role, profile, events } of this.#hops.values()) {
      if (this.#withIdentity.has(caller)) this.profiles.suspect(role, profile);
      else this.profiles.learn(role, profile, events);
    }
    this.#hops.clear();
  }
}

/** Does it have what `after_revocation` and `outside_session` are told by? */
function isChecked({ status, startedAt, expiresAt, updatedAt }: SessionSummary): boolean {
  const isDated = startedAt !== undefined && expiresAt !== undefined;
  return isDated && status !== undefined && (status !== 'revoked' || updatedAt !== undefined);
}

function countOf(
  counts: ReadonlyMap<string | undefined, number>,
  profile: string | undefined,
): number {
  if (profile !== undefined) return counts.get(profile) ?? 0;
  return [...counts.values()].reduce((sum, more) => sum + more, 0);
}
