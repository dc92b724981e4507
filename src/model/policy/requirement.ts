import {
  type Device,
  type DeviceCondition,
  type Policy,
  type PolicyRequest,
  type PolicyRule,
  type TimeCondition,
  WEEK,
  isWithin,
  minuteOfWeek,
  names,
  offsetAt,
  suits,
  zoneOf,
} from './policy.js';

/** Whether a policy requires tracked sessions for a profile. */
export interface Requirement {
  readonly required: boolean;
  /** The first rule, in the order of the file, that requires it. */
  readonly rule: string | undefined;
  /** One clause for a reader: what requires it, or what stands against it. Rule names are as written. */
  readonly why: string;
  /** A request for which the rule is the first to match. */
  readonly witness: PolicyRequest | undefined;
}

/**
 * A profile is required when there is a user, an instant and a device for which, in server mode, the first
 * rule that matches is a `require_server_session` one. Decided, not sampled: the search is complete for the
 * instants of 2020 to 2039, whichever day it runs on.
 */
export function requirementOf(policy: Policy, profile: string): Requirement {
  const naming = policy.rules.filter(({ profiles }) => names(profiles, profile));
  const rules = naming.filter(({ mode }) => names(mode, 'server'));
  const spans = spansOf(rules);
  const obstacles: string[] = [];
  for (const [at, rule] of rules.entries()) {
    if (rule.effect !== 'require_server_session') continue;
    const reach = (others: readonly PolicyRule[]): PolicyRequest | undefined =>
      firstReached(rule, others, profile, spans);
    const earlier = rules.slice(0, at);
    const witness = reach(earlier);
    if (witness !== undefined) {
      return { required: true, rule: rule.name, why: `rule "${rule.name}"`, witness };
    }
    obstacles.push(obstacleOf(rule, earlier, reach));
  }
  for (const { effect, mode, name } of naming) {
    const isTracked = effect === 'require_server_session';
    if (isTracked && !names(mode, 'server'))
      obstacles.push(`rule "${name}" is not for server mode`);
  }
  if (obstacles.length === 0) obstacles.push('no require_server_session rule names it');
  const why = [...new Set(obstacles)].join('; ');
  return { required: false, rule: undefined, why, witness: undefined };
}

/** Each profile's requirement, found once; without a policy nothing is required. */
export function requirements(
  policy: Policy | undefined,
): (profile: string) => Pick<Requirement, 'required' | 'rule'> {
  const known = new Map<string, Pick<Requirement, 'required' | 'rule'>>();
  return (profile) => {
    const requirement =
      known.get(profile) ??
      (policy === undefined
        ? { required: false, rule: undefined }
        : requirementOf(policy, profile));
    known.set(profile, requirement);
    return requirement;
  };
}

function obstacleOf(
  { name }: PolicyRule,
  earlier: readonly PolicyRule[],
  reach: (others: readonly PolicyRule[]) => PolicyRequest | undefined,
): string {
  if (reach([]) === undefined) return `the hours of rule "${name}" never come`;
  const first = earlier.find((other) => reach([other]) === undefined);
  const who = first === undefined ? 'earlier rules come' : `rule "${first.name}" comes`;
  return `${who} first for every request that rule "${name}" matches`;
}

/**
 * A request that the rule matches and no earlier rule does. Whoever is named, and whatever a device shows,
 * only lets more rules match: so no user but the rule's own, or one whom nobody names, and no device but
 * those that show just what the rule asks for, need be tried.
 */
function firstReached(
  rule: PolicyRule,
  earlier: readonly PolicyRule[],
  profile: string,
  spans: () => readonly Span[],
): PolicyRequest | undefined {
  const users = rule.users.length > 0 ? rule.users : [someoneElse(earlier)];
  const tried = new Set<string>();
  for (const device of leastDevices(rule.device)) {
    const suited = earlier.filter((other) => suits(other.device, device));
    for (const user of users) {
      const rivals = suited.filter((other) => names(other.users, user));
      const key = rivals.map((rival) => earlier.indexOf(rival)).join();
      if (tried.has(key)) continue;
      tried.add(key);
      const seconds = secondOf(rule, rivals, spans);
      if (seconds !== undefined) {
        return { user, profile, mode: 'server', at: { seconds, nanos: 0 }, device };
      }
    }
  }
  return undefined;
}

function someoneElse(rules: readonly PolicyRule[]): string {
  const named = new Set(rules.flatMap(({ users }) => users));
  let user = 'anyone';
  while (named.has(user)) user += '1';
  return user;
}

/** One for each operating system that the condition allows; nothing known where it asks for nothing. */
function leastDevices(condition: DeviceCondition | undefined): readonly (Device | undefined)[] {
  if (condition === undefined || suits(condition, undefined)) return [undefined];
  const least = {
    diskEncrypted: condition.requireEncryption,
    mdmEnrolled: condition.requireMdm,
    mdmCompliant: condition.requireMdmCompliant,
    firewallEnabled: condition.requireFirewall,
    osVersion: condition.minOsVersion,
  };
  const { allowedOsTypes = [] } = condition;
  if (allowedOsTypes.length === 0) return [least];
  return allowedOsTypes.map((osType) => ({ ...least, osType }));
}

/** The offsets of all zones stand still in `[from, to)`, seconds since 1970, for a week at most. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** Of each zone, the minute of its week at `from`. */
  readonly minutes: ReadonlyMap<string, number>;
}

/** A second at which the rule's time has come and no rival's has. */
function secondOf(
  { time }: PolicyRule,
  rivals: readonly PolicyRule[],
  spans: () => readonly Span[],
): number | undefined {
  const asked = time === undefined ? [] : [{ week: weekOf(time), wanted: 1 }];
  for (const rival of rivals) {
    if (rival.time === undefined) return undefined;
    asked.push({ week: weekOf(rival.time), wanted: 0 });
  }
  for (const { from, to, minutes } of spans()) {
    const offsets = asked.map(({ week }) => minutes.get(week.zone) ?? 0);
    // All stands still from one border to the next, so the first good minute is a border or the start.
    const starts = asked.flatMap(({ week, wanted }, at) =>
      week.borders
        .filter((border) => week.held[border] === wanted)
        .map((border) => (border - (offsets[at] ?? 0) + WEEK) % WEEK),
    );
    const found = [0, ...starts].find(
      (start) =>
        from + start * 60 < to &&
        asked.every(({ week, wanted }, at) => {
          return week.held[((offsets[at] ?? 0) + start) % WEEK] === wanted;
        }),
    );
    if (found !== undefined) return from + found * 60;
  }
  return undefined;
}

/** In which minutes of its zone's week a condition holds, and at which that changes. */
interface Week {
  readonly zone: string;
  readonly held: Uint8Array;
  readonly borders: readonly number[];
}

const weeks = new WeakMap<TimeCondition, Week>();

function weekOf(time: TimeCondition): Week {
  let week = weeks.get(time);
  if (week === undefined) {
    const held = Uint8Array.from({ length: WEEK }, (_, minute) => Number(isWithin(time, minute)));
    const borders = [...held.keys()].filter((at) => held[at] !== held[(at + WEEK - 1) % WEEK]);
    week = { zone: zoneOf(time), held, borders };
    weeks.set(time, week);
  }
  return week;
}

const FIRST = Date.UTC(2020, 0) / 1_000;
const LAST = Date.UTC(2040, 0) / 1_000;
const DAY = 86_400;

/** Spans that between them show every combination of the zones' clocks, made when first asked for. */
function spansOf(rules: readonly PolicyRule[]): () => readonly Span[] {
  let spans: readonly Span[] | undefined;
  return () => {
    if (spans !== undefined) return spans;
    const zones = [
      ...new Set(rules.flatMap(({ time }) => (time === undefined ? [] : zoneOf(time)))),
    ];
    const changes = [...new Set([FIRST, ...zones.flatMap((zone) => changesOf(zone))])];
    const whole = new Set<string>();
    spans = changes
      .toSorted((a, b) => a - b)
      .map((from, at, all) => ({ from, to: Math.min(all[at + 1] ?? LAST, from + WEEK * 60) }))
      .toSorted((a, b) => b.to - b.from - (a.to - a.from))
      .filter(({ from, to }) => {
        const key = zones.map((zone) => offsetAt(zone, from)).join();
        if (whole.has(key)) return false;
        if (to - from === WEEK * 60) whole.add(key);
        return true;
      })
      .map(({ from, to }) => {
        return {
          from,
          to,
          minutes: new Map(zones.map((zone) => [zone, minuteOfWeek(zone, from)])),
        };
      });
    return spans;
  };
}

const changesByZone = new Map<string, readonly number[]>();

/** The seconds at which the zone's clocks are put forward or back. Asked once of each zone. */
function changesOf(zone: string): readonly number[] {
  if (zone === 'UTC') return [];
  const known = changesByZone.get(zone);
  if (known !== undefined) return known;
  const changes: number[] = [];
  let before = offsetAt(zone, FIRST);
  for (let day = FIRST + DAY; day <= LAST; day += DAY) {
    const after = offsetAt(zone, day);
    if (after !== before) changes.push(changeBetween(zone, day - DAY, day));
    before = after;
  }
  changesByZone.set(zone, changes);
  return changes;
}

function changeBetween(zone: string, before: number, after: number): number {
  const old = offsetAt(zone, before);
  let [low, high] = [before, after];
  while (high - low > 60) {
    const middle = low + Math.floor((high - low) / 120) * 60;
    if (offsetAt(zone, middle) === old) low = middle;
    else high = middle;
  }
  return high;
}
