import { type AllowRule, allowing } from '../model/allow-rule.js';
import { type Excluded, noneExcluded } from '../model/excluded.js';
import { isUntracked } from '../model/finding.js';
import type { RoleUse } from '../model/profile-report.js';
import { type KnownRoles, RoleProfiles } from '../model/role-profiles.js';
import type { RoleEvent } from '../model/role-event.js';
import type { Anomaly, Verdict } from '../model/verdict.js';

/** What is counted while events are judged. Its memory depends on roles and profiles, not on events. */
export class Tally {
  readonly excluded: Excluded;
  /** Tracked events by the profile of their session. */
  readonly trackedByProfile = new Map<string | undefined, number>();
  /** Untracked events by the role that was assumed. */
  readonly untrackedByRole = new Map<string | undefined, RoleUse>();
  readonly anomalies: Partial<Record<Anomaly, number>> = {};
  /** Which profiles a role belongs to: complete when all events have been counted. */
  readonly profiles: RoleProfiles;
  /** How often each rule of the allow list was used, by its name. */
  readonly allowed: Map<string, number>;
  hasIdentities = false;
  hasTags = false;
  readonly #ruleFor: (event: RoleEvent) => AllowRule | undefined;

  constructor(allow: readonly AllowRule[], knownRoles: KnownRoles, excluded = noneExcluded()) {
    this.excluded = excluded;
    this.profiles = new RoleProfiles(knownRoles);
    this.allowed = new Map(allow.map(({ name }) => [name, 0]));
    this.#ruleFor = allowing(allow);
  }

  /** The rule that permits a would-be finding. */
  ruleFor(verdict: Verdict): AllowRule | undefined {
    return isUntracked(verdict) ? this.#ruleFor(verdict.event) : undefined;
  }

  /** Counts events with one verdict; false for those that the allow list permits, which are in no total. */
  add(verdict: Verdict, events = 1): boolean {
    const { event, match } = verdict;
    this.hasIdentities ||= event.sourceIdentity !== undefined;
    this.hasTags ||= event.sessionTag !== undefined;
    const rule = this.ruleFor(verdict);
    if (rule !== undefined) {
      this.excluded.allowed += events;
      this.allowed.set(rule.name, (this.allowed.get(rule.name) ?? 0) + events);
      return false;
    }
    for (const anomaly of verdict.anomalies) {
      this.anomalies[anomaly] = (this.anomalies[anomaly] ?? 0) + events;
    }
    if (match === undefined) this.#countUntracked(verdict, events);
    else this.#countTracked(event, match.session.profile, events);
    return true;
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

  #countTracked(event: RoleEvent, profile: string | undefined, events: number): void {
    this.trackedByProfile.set(profile, (this.trackedByProfile.get(profile) ?? 0) + events);
    if (profile === undefined) return;
    this.profiles.noteSessionProfile(profile);
    const isFirstHop = event.callerSourceIdentity === undefined;
    if (isFirstHop && event.roleArn !== undefined) {
      this.profiles.learn(event.roleArn, profile, events);
    }
  }
}
