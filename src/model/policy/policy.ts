import type { Instant } from '../time/instant.js';

/** What a rule of Sentinel's access policy does with the requests it matches. */
export const EFFECTS = [
  'allow',
  'deny',
  'require_approval',
  'require_server',
  'require_server_session',
] as const;
type Effect = (typeof EFFECTS)[number];

/** How credentials are asked for. */
export const MODES = ['server', 'cli', 'credential_process'] as const;
type Mode = (typeof MODES)[number];

/** The days as a policy writes them, in the order of `Date.getUTCDay`. */
export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** An access policy of Sentinel: the first rule that matches a request decides it. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
}

/** One rule: all of its conditions must hold. A list that is empty asks for nothing. */
export interface PolicyRule {
  readonly name: string;
  readonly effect: Effect;
  readonly profiles: readonly string[];
  readonly users: readonly string[];
  readonly mode: readonly Mode[];
  readonly device?: DeviceCondition | undefined;
  readonly time?: TimeCondition | undefined;
}

/** What a device must show; what is absent, false or empty asks for nothing. */
export interface DeviceCondition {
  readonly requireMdm?: boolean | undefined;
  readonly requireEncryption?: boolean | undefined;
  readonly requireMdmCompliant?: boolean | undefined;
  readonly requireFirewall?: boolean | undefined;
  readonly minOsVersion?: string | undefined;
  readonly allowedOsTypes?: readonly string[] | undefined;
}

/** When a rule applies: `HH:MM` on a clock of the zone, which is UTC where none is named. */
export interface TimeCondition {
  readonly days?: readonly Weekday[] | undefined;
  readonly hours?: { readonly start: string; readonly end: string } | undefined;
  readonly timezone?: string | undefined;
}

/** What is known of a device; what is absent was not checked. */
export interface Device {
  readonly mdmEnrolled?: boolean | undefined;
  readonly diskEncrypted?: boolean | undefined;
  readonly mdmCompliant?: boolean | undefined;
  readonly firewallEnabled?: boolean | undefined;
  readonly osVersion?: string | undefined;
  readonly osType?: string | undefined;
}

/** One request for credentials, as Sentinel asks its policy about it. */
export interface PolicyRequest {
  readonly user: string;
  readonly profile: string;
  readonly mode: Mode;
  readonly at: Instant;
  /** Undefined where nothing is known of the device. */
  readonly device: Device | undefined;
}

/**
 * Does the rule match the request? As Sentinel's `matchesConditions` (policy/evaluate.go) says, but that a
 * time condition without a zone means UTC: Sentinel takes the clock of whatever machine it runs on.
 */
export function matches(rule: PolicyRule, request: PolicyRequest): boolean {
  const { device, time } = rule;
  return (
    names(rule.profiles, request.profile) &&
    names(rule.users, request.user) &&
    names(rule.mode, request.mode) &&
    suits(device, request.device) &&
    (time === undefined || isWithin(time, minuteOfWeek(zoneOf(time), request.at.seconds)))
  );
}

/** Does the list hold exactly this text, or nothing at all? */
export function names(list: readonly string[], text: string): boolean {
  return list.length === 0 || list.includes(text);
}

/**
 * Does the device show all that the condition asks for? Of an unknown device nothing is shown. Operating
 * systems are compared without case, versions number by number (Sentinel's policy/device.go).
 */
export function suits(condition: DeviceCondition | undefined, device: Device | undefined): boolean {
  const { minOsVersion = '', allowedOsTypes = [], ...required } = condition ?? {};
  const osType = device?.osType?.toLowerCase() ?? '';
  return (
    (!required.requireEncryption || device?.diskEncrypted === true) &&
    (!required.requireMdm || device?.mdmEnrolled === true) &&
    (!required.requireMdmCompliant || device?.mdmCompliant === true) &&
    (!required.requireFirewall || device?.firewallEnabled === true) &&
    (minOsVersion === '' || isAtLeast(device?.osVersion ?? '', minOsVersion)) &&
    (allowedOsTypes.length === 0 ||
      (osType !== '' && allowedOsTypes.some((allowed) => allowed.toLowerCase() === osType)))
  );
}

function isAtLeast(version: string, least: string): boolean {
  if (version === '') return false;
  const [found, required] = [numbersOf(version), numbersOf(least)];
  for (let at = 0; at < Math.max(found.length, required.length); at++) {
    const difference = (found[at] ?? 0) - (required[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** `14.2-beta1` is 14, 2, 0: a part counts for the digits that it starts with. */
function numbersOf(version: string): readonly number[] {
  return version
    .split(/[.+-]/)
    .filter((part) => part !== '')
    .map((part) => Number(/^\d*/.exec(part)?.[0] ?? 0));
}

const DAY = 1_440;

/** The minutes of a week. */
export const WEEK = 7 * DAY;

/** Does the condition hold in this minute of its zone's week? Hours are `[start, end)` and do not wrap. */
export function isWithin({ days = [], hours }: TimeCondition, minute: number): boolean {
  if (!names(days, WEEKDAYS[Math.floor(minute / DAY)] ?? '')) return false;
  if (hours === undefined) return true;
  const ofDay = minute % DAY;
  return ofDay >= minuteOfDay(hours.start) && ofDay < minuteOfDay(hours.end);
}

function minuteOfDay(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** The zone whose clock a time condition means. */
export function zoneOf(time: TimeCondition): string {
  return time.timezone ?? 'UTC';
}

/** Which minute of the week (Sunday 00:00 is 0) the zone's clocks show at a second since 1970 UTC. */
export function minuteOfWeek(zone: string, seconds: number): number {
  const local = Math.floor(seconds / 60) + offsetAt(zone, seconds) + 4 * DAY; // 1970 began on a Thursday
  return ((local % WEEK) + WEEK) % WEEK;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** How many minutes the zone's clocks are ahead of UTC. The seconds of offsets before 1973 are dropped. */
export function offsetAt(zone: string, seconds: number): number {
  if (zone === 'UTC') return 0;
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    clocks.set(zone, clock);
  }
  const [, sign, hours, minutes] =
    /GMT([+-])(\d\d):(\d\d)/.exec(clock.format(seconds * 1_000)) ?? [];
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return sign === '-' ? -offset : offset;
}

/** Every profile that a rule names, each once, sorted. */
export function profilesNamed(policy: Policy): readonly string[] {
  return [...new Set(policy.rules.flatMap(({ profiles }) => profiles))].toSorted();
}
