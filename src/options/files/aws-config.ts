import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { UsageError, ValueError } from '../../errors.js';
import { knownSsoRole } from '../../model/aws/sso-role.js';
import { readSmallBytes } from './small-file.js';

/** A file of the user's, and what named it; without a path the AWS CLI's own place, where none need be. */
export interface NamedFile {
  readonly path: string | undefined;
  /** What the user called it, for messages. */
  readonly origin: string;
}

/**
 * Role → the profiles whose role it is, in the order of the files: their `role_arn`, and for single sign-on the
 * role of their `sso_account_id` and `sso_role_name`, as `knownSsoRole` names it. What a profile lacks it takes
 * from its `include_profile`, as aws-vault does. Names may have blanks, in quotes, and whatever the AWS CLI
 * takes; of a profile that is there twice, both roles count. A role may stand in the credentials file as well,
 * which undefined leaves unread. No credentials are read.
 *
 * @throws UsageError for a file that cannot be read.
 */
export async function readAwsRoles(
  config: NamedFile,
  credentials?: NamedFile,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const profiles = new Map<string, ProfileSettings>();
  readInto(profiles, await textOf(config, '~/.aws/config', signal), configProfile);
  if (credentials !== undefined) {
    readInto(
      profiles,
      await textOf(credentials, '~/.aws/credentials', signal),
      (section) => section,
    );
  }
  const roles = new Map<string, Set<string>>();
  const inherited = new Inheritance(profiles);
  for (const name of profiles.keys()) {
    for (const role of rolesOf(name, inherited)) {
      const known = roles.get(role) ?? new Set();
      roles.set(role, known.add(name));
    }
  }
  return new Map([...roles].map(([role, names]) => [role, [...names]]));
}

async function textOf(
  { path, origin }: NamedFile,
  usual: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const file = (path ?? usual).replace(/^~(?=\/)/, () => homedir());
  if (path === undefined && !existsSync(file)) return '';
  try {
    return (await readSmallBytes(file, signal)).toString();
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(origin, error.message, error.hint);
    throw error;
  }
}

/** What a profile says of roles: each key with every value it was given. */
type ProfileSettings = Map<Key, string[]>;
type Key = (typeof KEYS)[number];
const KEYS = ['role_arn', 'sso_account_id', 'sso_role_name', 'include_profile'] as const;
const SETTING = new RegExp(`^\\s*(${KEYS.join('|')})\\s*[=:](.*)$`, 'i');

function readInto(
  profiles: Map<string, ProfileSettings>,
  text: string,
  profileIn: (section: string) => string | undefined,
): void {
  let settings: ProfileSettings | undefined;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n?|\n/)) {
    const section = /^\s*\[(.*)\]\s*(?:[#;].*)?$/.exec(line)?.[1];
    if (section !== undefined) {
      const name = profileIn(section.trim());
      settings = name === undefined ? undefined : (profiles.get(name) ?? new Map());
      if (name !== undefined && settings !== undefined) profiles.set(name, settings);
      continue;
    }
    const [, key, rest = ''] = SETTING.exec(line) ?? [];
    const value = rest.replace(/\s[#;].*$/, '').trim(); // without a comment
    if (settings === undefined || key === undefined || !value) continue;
    const known = key.toLowerCase() as Key;
    const values = settings.get(known);
    if (values === undefined) settings.set(known, [unquoted(value)]);
    else values.push(unquoted(value));
  }
}

/** `default` and `profile NAME`; other sections are of single sign-on and services. */
function configProfile(section: string): string | undefined {
  if (section === 'default') return section;
  const name = /^profile\s+(.*)$/.exec(section)?.[1];
  return name === undefined ? undefined : unquoted(name);
}

function rolesOf(name: string, inherited: Inheritance): readonly string[] {
  const roles = inherited.valuesOf('role_arn', name);
  if (roles.length > 0) return roles; // a role goes before single sign-on
  const account = inherited.valuesOf('sso_account_id', name).at(-1);
  const permissionSet = inherited.valuesOf('sso_role_name', name).at(-1);
  if (account === undefined || permissionSet === undefined) return [];
  return [knownSsoRole(account, permissionSet)];
}

/** What profiles take from those that they include; each profile is looked at once a key. */
class Inheritance {
  readonly #profiles: ReadonlyMap<string, ProfileSettings>;
  readonly #known = new Map<Key, Map<string, readonly string[]>>();

  constructor(profiles: ReadonlyMap<string, ProfileSettings>) {
    this.#profiles = profiles;
  }

  /** Its own values of a key, else those of the profiles that it includes. */
  valuesOf(key: Key, name: string): readonly string[] {
    const known = this.#known.get(key) ?? new Map<string, readonly string[]>();
    this.#known.set(key, known);
    const passed = new Set<string>();
    let values: readonly string[] | undefined;
    for (let at: string | undefined = name; at !== undefined && !passed.has(at);) {
      const settings = this.#profiles.get(at);
      values = settings?.get(key) ?? known.get(at);
      if (values !== undefined) break;
      passed.add(at);
      at = settings?.get('include_profile')?.at(-1);
    }
    for (const each of passed) known.set(each, values ?? []);
    return values ?? [];
  }
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}
