import { knownRole } from '../aws/sso-role.js';

/** What says that a role belongs to a profile, the most trusted first. */
export type AttributedBy = 'map' | 'tracked' | 'aws_config' | 'session_profile' | 'role_name';

/** What can be compared: the rest is only asked when none of these knows the role. */
const WAYS = ['map', 'tracked', 'aws_config'] as const;

/** The profiles of a role, and what says so. Never without a profile. */
export interface Attribution {
  readonly profiles: readonly string[];
  /** Those of events that cannot be right, or may be second hops, and of nothing else. */
  readonly suspected: readonly string[];
  readonly by: AttributedBy;
}

/** A role for which two ways name different profiles: all that each way names. */
export interface Disagreement {
  readonly roleArn: string;
  readonly ways: Readonly<Partial<Record<(typeof WAYS)[number], readonly string[]>>>;
}

/** What is said of roles before any event is read. */
export interface KnownRoles {
  /** The user's own map: role ARN or role name → profile. */
  readonly explicit: ReadonlyMap<string, string>;
  /** Role, by its name of {@link knownRole} → profiles of the AWS config file. */
  readonly awsConfig: ReadonlyMap<string, readonly string[]>;
}

/**
 * Which profiles a role belongs to: what the user says, what the tracked events of this run show, what the
 * AWS config file says, and at last its name. Holds one count for each pair of role and profile that it
 * learned, however many events there are; ask when all have been learned.
 */
export class RoleProfiles {
  readonly #known: KnownRoles;
  readonly #rolesFor = new Map<string, string[]>();
  readonly #learned = new Map<string, Map<string, number>>();
  readonly #suspected = new Map<string, Set<string>>();
  readonly #sessionProfiles = new Set<string>();
  readonly #named = new Set<string>();

  constructor(known: KnownRoles) {
    this.#known = known;
    for (const [role, profile] of known.explicit) this.#give(profile, role);
    for (const [role, profiles] of known.awsConfig) {
      for (const profile of profiles) this.#give(profile, role);
    }
  }

  /** Tracked events of a first hop: this role was taken in a session of this profile. */
  learn(roleArn: string, profile: string, events = 1): void {
    let counts = this.#learned.get(roleArn);
    if (counts === undefined) this.#learned.set(roleArn, (counts = new Map<string, number>()));
    counts.set(profile, (counts.get(profile) ?? 0) + events);
    this.noteSessionProfile(profile);
  }

  /** A tracked event that cannot be right, or may be a second hop: it moves no role, and may tell of one. */
  suspect(roleArn: string, profile: string): void {
    const profiles = this.#suspected.get(roleArn);
    if (profiles === undefined) this.#suspected.set(roleArn, new Set([profile]));
    else profiles.add(profile);
  }

  /** The profile of a session, which may be a role itself. */
  noteSessionProfile(profile: string): void {
    this.#sessionProfiles.add(profile);
  }

  /** A profile that somebody asks for, or that a policy names: it may be a role itself. */
  nameProfile(profile: string): void {
    this.#named.add(profile);
  }

  /** Is any role known to belong to the profile, by more than a name? */
  knows(profile: string): boolean {
    return (
      (profile.startsWith('arn:') && this.#sessionProfiles.has(profile)) ||
      this.#rolesFor.has(profile) ||
      [...this.#learned.values()].some((counts) => counts.has(profile))
    );
  }

  /**
   * The profiles of a role, by the first way that is sure of it. The user's own map alone decides; of all
   * other ways each may name profiles that use the role too, the most trusted and most used first: what
   * passes for tracked must not move a role away from where another way places it.
   */
  profilesOf(roleArn: string): Attribution {
    const mapped = this.#by('map', roleArn);
    if (mapped !== undefined) return { profiles: mapped, suspected: [], by: 'map' };
    const tracked = this.#by('tracked', roleArn);
    const configured = this.#by('aws_config', roleArn);
    const isProfile = this.#sessionProfiles.has(roleArn) || this.#named.has(roleArn);
    const sure = [...(tracked ?? []), ...(configured ?? []), ...(isProfile ? [roleArn] : [])];
    const profiles = [...new Set(sure.length > 0 ? sure : [nameOf(roleArn)])];
    const suspected = [...(this.#suspected.get(roleArn) ?? [])]
      .filter((profile) => !profiles.includes(profile))
      .toSorted(byCodeUnits);
    if (sure.length === 0) return { profiles, suspected, by: 'role_name' };
    return {
      profiles,
      suspected,
      by: tracked ? 'tracked' : configured ? 'aws_config' : 'session_profile',
    };
  }

  /** May untracked use of the role be the profile's? Also where only its name or its ARN says so. */
  mayBeOf(roleArn: string, profile: string): boolean {
    const { profiles, suspected, by } = this.profilesOf(roleArn);
    const isNamesake = profile === roleArn || profile === nameOf(roleArn);
    return [...profiles, ...suspected].includes(profile) || (by !== 'map' && isNamesake);
  }

  /** The profiles, of all that are said anywhere, that have the role's ARN or its name, and may be meant. */
  namesakesOf(roleArn: string): readonly string[] {
    return [roleArn, nameOf(roleArn)].filter(
      (name) => this.#isSaid(name) && this.mayBeOf(roleArn, name),
    );
  }

  /** The roles, by their ARN, that two of the map, the tracked events and the AWS config place differently. */
  disagreements(): readonly Disagreement[] {
    const { explicit, awsConfig } = this.#known;
    const arns = [...explicit.keys()].filter((role) => role.startsWith('arn:'));
    return [...new Set([...arns, ...this.#learned.keys(), ...awsConfig.keys()])]
      .toSorted(byCodeUnits)
      .map((roleArn) => ({ roleArn, said: this.#said(roleArn) }))
      .filter(({ said }) => new Set(said.map(([, profiles]) => setKey(profiles))).size > 1)
      .map(({ roleArn, said }) => ({ roleArn, ways: Object.fromEntries(said) }));
  }

  /**
   * The roles, ARNs or names, that the map or the AWS config file gives a profile; undefined when they say
   * nothing of it.
   */
  rolesFor(profile: string): readonly string[] | undefined {
    return this.#rolesFor.get(profile);
  }

  /** Do the map and the AWS config file know the profile's roles, and is this none of them? */
  mismatches(profile: string, roleArn: string): boolean {
    const roles = this.#rolesFor.get(profile);
    const names = [roleArn, nameOf(roleArn), knownRole(roleArn)];
    return roles !== undefined && !names.some((name) => roles.includes(name));
  }

  #isSaid(profile: string): boolean {
    return [this.#rolesFor, this.#sessionProfiles, this.#named].some((said) => said.has(profile));
  }

  #give(profile: string, role: string): void {
    const roles = this.#rolesFor.get(profile);
    if (roles === undefined) this.#rolesFor.set(profile, [role]);
    else if (!roles.includes(role)) roles.push(role);
  }

  #said(roleArn: string): [(typeof WAYS)[number], readonly string[]][] {
    return WAYS.flatMap((way) => {
      const profiles = this.#by(way, roleArn);
      return profiles === undefined ? [] : [[way, profiles]];
    });
  }

  #by(way: (typeof WAYS)[number], roleArn: string): readonly string[] | undefined {
    const { explicit, awsConfig } = this.#known;
    if (way === 'aws_config') return awsConfig.get(knownRole(roleArn));
    if (way === 'map') {
      const profile = explicit.get(roleArn) ?? explicit.get(nameOf(roleArn));
      return profile === undefined ? undefined : [profile];
    }
    const counts = this.#learned.get(roleArn);
    return (
      counts &&
      [...counts]
        .toSorted(([a, uses], [b, others]) => others - uses || byCodeUnits(a, b))
        .map(([profile]) => profile)
    );
  }
}

/** The last part of an ARN: a role's name without its path. */
export function nameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}

/** The same for the same profiles, in whatever order. */
function setKey(profiles: readonly string[]): string {
  return JSON.stringify(profiles.toSorted(byCodeUnits));
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
