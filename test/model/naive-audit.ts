/**
 * A second, naive implementation of the audits, written from the specification alone and not from the code:
 * how an event is judged, whose it is, what a profile's policy requires, which exit code follows. It takes
 * plain data, holds everything, and is slow; `naive-audit.test.ts` compares it with the program.
 */

/** One role call as a trail tells of it, with what a verdict may depend on. */
export interface NaiveCall {
  readonly id: string;
  /** Seconds since 1970. */
  readonly at: number;
  readonly name: string;
  readonly role: string | undefined;
  readonly identity: string | undefined;
  readonly tag: string | undefined;
  readonly callerArn: string | undefined;
  /** The source identity that the caller itself carries. */
  readonly callerIdentity: string | undefined;
  readonly isService: boolean;
  readonly isFailed: boolean;
  /** How many records tell of it. */
  readonly records: number;
}

export interface NaiveSession {
  readonly id: string;
  readonly user: string;
  readonly profile: string;
  readonly status: string;
  /** Seconds since 1970, all of them. */
  readonly started: number;
  readonly expires: number;
  readonly created: number;
  readonly updated: number;
  readonly sourceIdentity: string | undefined;
}

export interface NaiveRule {
  readonly name: string;
  readonly effect: string;
  readonly profiles: readonly string[];
  readonly users: readonly string[];
  readonly mode: readonly string[];
}

/** One rule of the allow list; texts may have `*`, and `until` is seconds since 1970. */
export interface NaiveAllowance {
  readonly role?: string;
  readonly caller?: string;
  readonly sourceIdentity?: string;
  readonly until?: number;
}

export interface NaiveWorld {
  readonly calls: readonly NaiveCall[];
  readonly sessions: readonly NaiveSession[];
  readonly policy: readonly NaiveRule[];
  /** Role ARN or role name → profile. */
  readonly map: Readonly<Record<string, string>>;
  /** Profile → role ARN. */
  readonly config: Readonly<Record<string, string>>;
  readonly allow: readonly NaiveAllowance[];
  readonly since: number;
  readonly until: number;
  readonly eventNames: readonly string[];
  readonly takesServiceCalls: boolean;
  readonly takesFailedCalls: boolean;
  readonly broker: string | undefined;
  readonly role: string | undefined;
  readonly profile: string | undefined;
  readonly failOn: readonly string[];
  /** The sessions' files hold all sessions from here on. */
  readonly sessionsSince: number | undefined;
}

export const CATEGORIES = ['no_source_identity', 'non_sentinel_format', 'orphaned'];

interface NaiveFinding {
  readonly id: string;
  readonly category: string;
  readonly unverifiable: boolean;
  /** Sorted. */
  readonly profiles: readonly string[];
}

interface NaiveCounts {
  readonly total: number;
  readonly tracked: number;
  readonly untracked: number;
  readonly orphaned: number;
  readonly unverifiable: number;
  readonly unattributed: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly anomalies: Readonly<Record<string, number>>;
}

interface NaiveProfile {
  readonly profile: string;
  readonly required: boolean;
  readonly rule: string | undefined;
  readonly tracked: number;
  readonly untracked: number;
  readonly unverifiable: number;
  readonly hasGap: boolean;
  readonly undetermined: boolean;
  /** Calls that nothing but a name could place may be of it. */
  readonly isLost: boolean;
}

export interface NaiveAnswers {
  readonly counts: NaiveCounts;
  readonly findings: readonly NaiveFinding[];
  readonly profiles: readonly NaiveProfile[];
  readonly untrackedCode: number;
  readonly complianceCode: number;
}

const MINUTE = 60;
const GRACE = 5 * MINUTE;
const LONGEST_SESSION = 12 * 60 * MINUTE;

interface Judged {
  readonly call: NaiveCall;
  readonly session: NaiveSession | undefined;
  readonly category: string;
  readonly unverifiable: boolean;
  readonly anomalies: readonly string[];
}

/** What both audits have to say of a world. */
export function naiveAudit(world: NaiveWorld): NaiveAnswers {
  const excluded: Record<string, number> = {
    service_calls: 0,
    failed_calls: 0,
    duplicates: 0,
    outside_window: 0,
    not_judged: 0,
    allowed: 0,
    filtered_out: 0,
  };
  const count = (why: string, number = 1): false => {
    excluded[why]! += number;
    return false;
  };
  const isJudged = (call: NaiveCall): boolean => {
    const { at, records } = call;
    if (at < world.since || at >= world.until) return count('outside_window', records);
    count('duplicates', records - 1);
    if (!world.eventNames.includes(call.name)) return count('not_judged');
    if (call.isService && !world.takesServiceCalls) return count('service_calls');
    if (call.isFailed && !world.takesFailedCalls) return count('failed_calls');
    return true;
  };
  const all = world.calls.filter(isJudged).map((call) => judge(call, world));
  const judged = all.filter((one) => {
    const isAllowed =
      one.category !== 'tracked' && world.allow.some((rule) => allows(rule, one.call));
    return isAllowed ? count('allowed') : true;
  });
  const claims = claimsOf(world, all, judged);
  const ofRole = judged.filter(({ call: { role } }) => {
    const isOther = world.role !== undefined && role !== undefined && role !== world.role;
    return isOther ? count('filtered_out') : true;
  });
  const { profile: asked } = world;
  const chosen = ofRole.filter(
    (one) => asked === undefined || mayBeOf(one, asked, claims) || count('filtered_out'),
  );
  const findings = chosen.filter(({ category }) => category !== 'tracked');
  const anomalies: Record<string, number> = {};
  for (const name of chosen.flatMap((one) => one.anomalies))
    anomalies[name] = (anomalies[name] ?? 0) + 1;
  const sure = findings.filter(({ unverifiable }) => !unverifiable);
  const unattributed = judged.filter((one) => isUnattributed(one, claims));
  const counts: NaiveCounts = {
    total: chosen.length,
    tracked: chosen.length - findings.length,
    untracked: sure.filter(({ category }) => category !== 'orphaned').length,
    orphaned: sure.filter(({ category }) => category === 'orphaned').length,
    unverifiable: findings.length - sure.length,
    // Also those that --role and --profile leave out: it is the evidence that is counted.
    unattributed: unattributed.length,
    excluded,
    anomalies,
  };
  const everything = { all, judged };
  const profiles = profilesOf(world, chosen, claims, everything);
  return {
    counts,
    findings: findings.map(({ call, category, unverifiable }) => ({
      id: call.id,
      category,
      unverifiable,
      profiles: columnOf(call.role, claims).toSorted(),
    })),
    profiles,
    untrackedCode: untrackedCodeOf(world, counts, findings, claims, everything),
    complianceCode: complianceCodeOf(world, counts, findings, claims, profiles, everything),
  };
}

// Section 4: how an event is judged.

function judge(call: NaiveCall, world: NaiveWorld): Judged {
  const { identity, tag } = call;
  const session =
    world.sessions.find(({ id }) => id === tag) ??
    world.sessions.find((one) => identity !== undefined && one.sourceIdentity === identity) ??
    world.sessions.find(({ id }) => identity === `sentinel-${id}`);
  if (session !== undefined) {
    const anomalies = anomaliesOf(call, session, world);
    return { call, session, category: 'tracked', unverifiable: false, anomalies };
  }
  const category =
    identity === undefined
      ? 'no_source_identity'
      : isSentinels(identity)
        ? 'orphaned'
        : 'non_sentinel_format';
  // The specification says it of orphaned calls; a tag in the form of an id names a session as well.
  const namesSession = category === 'orphaned' || /^[0-9a-f]{16}$/.test(tag ?? '');
  const unverifiable = namesSession && !isCovered(call.at, world);
  return { call, session, category, unverifiable, anomalies: [] };
}

function isSentinels(identity: string): boolean {
  return /^sentinel-[0-9a-f]{16}$/.test(identity) || partsOf(identity) !== undefined;
}

/** The parts after `sentinel`, of which the first is the user. */
function partsOf(identity: string): readonly string[] | undefined {
  const [prefix, ...parts] = identity.split(':');
  const isOne = prefix === 'sentinel' && (parts.length === 2 || parts.length === 3);
  return isOne && parts.every((part) => part !== '') ? parts : undefined;
}

/** Section 2.4: the whole time from the longest session before the call lies in what is vouched for. */
function isCovered(at: number, { sessions, sessionsSince }: NaiveWorld): boolean {
  if (sessionsSince === undefined) return false;
  const newest = Math.max(...sessions.map(({ created }) => created));
  return at - LONGEST_SESSION >= sessionsSince && at + 1 <= newest;
}

function anomaliesOf(call: NaiveCall, session: NaiveSession, world: NaiveWorld): string[] {
  const found: string[] = [];
  const { at, role } = call;
  if (session.status === 'revoked' && at > session.updated + GRACE) found.push('after_revocation');
  if (at < session.started - GRACE || at > session.expires + GRACE) found.push('outside_session');
  const user = call.identity === undefined ? undefined : partsOf(call.identity)?.[0];
  if (user !== undefined && user !== session.user) found.push('user_mismatch');
  if (world.broker !== undefined && !matches(world.broker, call.callerArn)) {
    found.push('unexpected_caller');
  }
  const roles = [
    ...Object.entries(world.map).flatMap(([name, profile]) =>
      profile === session.profile ? name : [],
    ),
    ...Object.entries(world.config).flatMap(([profile, arn]) =>
      profile === session.profile ? arn : [],
    ),
  ];
  if (role !== undefined && roles.length > 0 && !roles.some((one) => isRole(one, role))) {
    found.push('role_mismatch');
  }
  return found;
}

function allows(rule: NaiveAllowance, call: NaiveCall): boolean {
  return (
    (rule.role === undefined || matches(rule.role, call.role)) &&
    (rule.caller === undefined || matches(rule.caller, call.callerArn)) &&
    (rule.sourceIdentity === undefined || matches(rule.sourceIdentity, call.identity)) &&
    (rule.until === undefined || call.at < rule.until)
  );
}

function matches(pattern: string, text: string | undefined): boolean {
  if (text === undefined) return false;
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [n, piece] of rest.entries()) {
    const found = n === rest.length - 1 ? text.length - piece.length : text.indexOf(piece, at);
    if (found < at || !text.startsWith(piece, found)) return false;
    at = found + piece.length;
  }
  return rest.length > 0 || at === text.length;
}

// Section 5: which profile an event belongs to.

interface Claim {
  readonly role: string;
  readonly profile: string;
  readonly way: 'map' | 'tracked' | 'aws_config' | 'session_profile' | 'policy' | 'suspected';
}

interface Claims {
  readonly made: readonly Claim[];
  readonly map: Readonly<Record<string, string>>;
  /** Every profile that something that was read knows. */
  readonly known: ReadonlySet<string>;
  /** Those of the window. */
  readonly roles: readonly string[];
  /** The profile that is asked for, which makes its name known too. */
  readonly asked: string | undefined;
}

/** Calls of whatever role and profile teach: what is asked for chooses the report, not the evidence. */
function claimsOf(world: NaiveWorld, all: readonly Judged[], judged: readonly Judged[]): Claims {
  const made: Claim[] = [];
  for (const { call, session, anomalies } of judged) {
    if (session === undefined || call.role === undefined) continue;
    if (call.callerIdentity !== undefined) continue; // only first hops teach
    const way = anomalies.length === 0 ? 'tracked' : 'suspected';
    made.push({ role: call.role, profile: session.profile, way });
  }
  for (const [profile, role] of Object.entries(world.config)) {
    made.push({ role, profile, way: 'aws_config' });
  }
  const known = new Set([
    ...world.sessions.map(({ profile }) => profile),
    ...Object.values(world.map),
    ...Object.keys(world.config),
    ...world.policy.flatMap(({ profiles }) => profiles),
  ]);
  for (const profile of known) {
    if (!profile.startsWith('arn:')) continue;
    const isOfSession = world.sessions.some((session) => session.profile === profile);
    made.push({ role: profile, profile, way: isOfSession ? 'session_profile' : 'policy' });
  }
  const roles = all.flatMap(({ call }) => call.role ?? []); // what is allowed was there as well
  return { made, map: world.map, known, roles, asked: world.profile };
}

/** Every profile with a claim on the role, but for one by a name that nothing knows. */
function claimants(role: string, { made, map, known, asked }: Claims): readonly string[] {
  const mapped = Object.entries(map).filter(([name]) => isRole(name, role));
  if (mapped.length > 0) return [...new Set(mapped.map(([, profile]) => profile))];
  const profiles = new Set(
    made.filter((claim) => claim.role === role).map((claim) => claim.profile),
  );
  const name = nameOf(role);
  if (known.has(name) || name === asked) profiles.add(name);
  return [...profiles];
}

/** What stands in the column: the name of the role where nobody has a claim. */
function columnOf(role: string | undefined, claims: Claims): readonly string[] {
  if (role === undefined) return [];
  const profiles = claimants(role, claims);
  return profiles.length > 0 ? profiles : [nameOf(role)];
}

/** Could the role of an untracked call be placed by its name alone? One without a role is told apart. */
function isUnattributed({ call: { role }, session }: Judged, { made, map }: Claims): boolean {
  if (session !== undefined) return false;
  if (role === undefined) return true; // nothing at all places it
  const isMapped = Object.keys(map).some((name) => isRole(name, role));
  return !isMapped && !made.some((claim) => claim.role === role && claim.way !== 'suspected');
}

/** What was judged, before and after the allow list. */
interface Everything {
  readonly all: readonly Judged[];
  readonly judged: readonly Judged[];
}

/** May an untracked call that is not charged to the profile be of it? A map that names its role says no. */
function isHiddenFrom(
  profile: string,
  one: Judged,
  all: readonly Judged[],
  claims: Claims,
): boolean {
  const { role } = one.call;
  if (one.session !== undefined) return false;
  if (role !== undefined && columnOf(role, claims).includes(profile)) return false;
  const isMapped = Object.keys(claims.map).some((name) => role !== undefined && isRole(name, role));
  // A session that is gone may have been of any profile.
  const hasLostTeacher =
    !isMapped &&
    role !== undefined &&
    all.some(
      ({ call, unverifiable }) =>
        unverifiable && call.role === role && call.callerIdentity === undefined,
    );
  return (
    (hasLostTeacher && !one.unverifiable) ||
    (!hasKnownRole(profile, claims) && isUnattributed(one, claims))
  );
}

function mayBeOf({ call, session }: Judged, profile: string, claims: Claims): boolean {
  if (session !== undefined) return session.profile === profile;
  return call.role === undefined || columnOf(call.role, claims).includes(profile);
}

function isRole(arnOrName: string, role: string): boolean {
  return arnOrName === role || arnOrName === nameOf(role);
}

function nameOf(role: string): string {
  return role.slice(role.lastIndexOf('/') + 1);
}

/** Is any role of the profile known? Not by a role's name, and an ARN that a policy alone names may be mistyped. */
function hasKnownRole(profile: string, { made, map }: Claims): boolean {
  return (
    Object.values(map).includes(profile) ||
    made.some(({ profile: of, way }) => of === profile && way !== 'suspected' && way !== 'policy')
  );
}

// Section 6: what a policy requires.

/** The first rule that is a `require_server_session` one and the first match of some user in server mode. */
function requirementOf(policy: readonly NaiveRule[], profile: string): NaiveRule | undefined {
  const users = new Set([...policy.flatMap((rule) => rule.users), 'nobody whom a rule names']);
  const holds = (list: readonly string[], text: string): boolean =>
    list.length === 0 || list.includes(text);
  const firstFor = (user: string): NaiveRule | undefined =>
    policy.find(
      (rule) =>
        holds(rule.profiles, profile) && holds(rule.users, user) && holds(rule.mode, 'server'),
    );
  const reached = new Set([...users].map(firstFor));
  return policy.find((rule) => rule.effect === 'require_server_session' && reached.has(rule));
}

// Sections 3.4 and 3.6: the report for each profile, and exit codes.

const UNKNOWN = 'unknown';

function profilesOf(
  world: NaiveWorld,
  chosen: readonly Judged[],
  claims: Claims,
  { all, judged }: Everything,
): NaiveProfile[] {
  const chargedTo = ({ call, session }: Judged): readonly string[] => {
    if (session !== undefined) return [session.profile];
    return call.role === undefined ? [UNKNOWN] : columnOf(call.role, claims);
  };
  const named = world.policy
    .flatMap(({ profiles }) => profiles)
    .filter((profile) => requirementOf(world.policy, profile) !== undefined);
  const listed =
    world.profile === undefined ? [...chosen.flatMap(chargedTo), ...named] : [world.profile];
  return [...new Set(listed)].toSorted().map((profile) => {
    const own = chosen.filter((one) => chargedTo(one).includes(profile));
    const rule = requirementOf(world.policy, profile);
    const required = rule !== undefined;
    const tracked = own.filter(({ session }) => session !== undefined).length;
    const unverifiable = own.filter((one) => one.unverifiable).length;
    const untracked = own.length - tracked - unverifiable;
    const hasGap = required && untracked > 0;
    const isLost = judged.some((one) => isHiddenFrom(profile, one, all, claims));
    return {
      profile,
      required,
      rule: rule?.name,
      tracked,
      untracked,
      unverifiable,
      hasGap,
      undetermined: required && !hasGap && (unverifiable > 0 || isLost),
      isLost,
    };
  });
}

function untrackedCodeOf(
  world: NaiveWorld,
  counts: NaiveCounts,
  findings: readonly Judged[],
  claims: Claims,
  everything: Everything,
): number {
  const { failOn, profile } = world;
  const sure = findings.filter(({ unverifiable }) => !unverifiable);
  if (sure.some(({ category }) => failOn.includes(category))) return 1;
  if (Object.keys(counts.anomalies).some((name) => failOn.includes(name))) return 1;
  if (isUnsure(findings, failOn)) return 3;
  return isKnown(profile, claims) && !mayHideMore(world, claims, everything) ? 0 : 3;
}

function complianceCodeOf(
  world: NaiveWorld,
  counts: NaiveCounts,
  findings: readonly Judged[],
  claims: Claims,
  profiles: readonly NaiveProfile[],
  everything: Everything,
): number {
  const { failOn } = world;
  const sure = findings.filter(({ unverifiable }) => !unverifiable);
  const gaps = new Set(profiles.filter(({ hasGap }) => hasGap).map(({ profile }) => profile));
  const fails = sure.some(({ call, category }) => {
    const charged = call.role === undefined ? [UNKNOWN] : columnOf(call.role, claims);
    return failOn.includes(category) && charged.some((profile) => gaps.has(profile));
  });
  if (fails || Object.keys(counts.anomalies).some((name) => failOn.includes(name))) return 1;
  if (isUnsure(findings, failOn)) return 3;
  const isAnybodys =
    findings.some(({ call }) => call.role === undefined && !call.isFailed) &&
    profiles.some(({ required }) => required);
  const isDecided =
    !isAnybodys &&
    isKnown(world.profile, claims) &&
    !mayHideMore(world, claims, everything) &&
    !mayBeOfAGoneProfile(world, claims, everything) &&
    !profiles.some((one) => one.undetermined && one.isLost);
  return isDecided ? 0 : 3;
}

/** May a call be of a profile that the policy requires without naming it, and of which nothing is left? */
function mayBeOfAGoneProfile(
  { policy, profile }: NaiveWorld,
  claims: Claims,
  { all, judged }: Everything,
): boolean {
  const nobodys = 'a profile that nothing names';
  if (profile !== undefined || requirementOf(policy, nobodys) === undefined) return false;
  return judged.some(
    (one) =>
      one.call.role !== undefined &&
      isHiddenFrom(nobodys, one, all, claims) &&
      !columnOf(one.call.role, claims).some((of) => requirementOf(policy, of) !== undefined),
  );
}

/** May one that cannot be verified be a finding that makes the run fail? */
function isUnsure(findings: readonly Judged[], failOn: readonly string[]): boolean {
  return findings.some(
    ({ unverifiable, category }) =>
      unverifiable && (failOn.includes('orphaned') || failOn.includes(category)),
  );
}

/** May calls that are not listed under the profile that is asked for be of it? */
function mayHideMore(
  { profile }: NaiveWorld,
  claims: Claims,
  { all, judged }: Everything,
): boolean {
  if (profile === undefined) return false;
  return judged.some(
    (one) => one.call.role !== undefined && isHiddenFrom(profile, one, all, claims),
  );
}

/** Does anything that was read know the profile that is asked for, or is a role of the window called so? */
function isKnown(profile: string | undefined, { known, roles }: Claims): boolean {
  return (
    profile === undefined || known.has(profile) || roles.some((role) => nameOf(role) === profile)
  );
}
