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
  const roles = new Map<string, string[]>();
  for (const name of profiles.keys()) {
    for (const role of rolesOf(name, profiles)) {
      const known = roles.get(role) ?? [];
      roles.set(role, known.includes(name) ? known : [...known, name]);
    }
  }
  return roles;
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
const SETTING = new RegExp(`^\\s*(${KEYS.join('|')})\\s*[=:]\\s*(.*?)\\s*(?:\\s[#;].*)?$`, 'i');

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
    const [, key, value] = SETTING.exec(line) ?? [];
    if (settings === undefined || key === undefined || !value) continue;
    const known = key.toLowerCase() as Key;
    settings.set(known, [...(settings.get(known) ?? []), unquoted(value)]);
  }
}

/** `default` and `profile NAME`; other sections are of single sign-on and services. */
function configProfile(section: string): string | undefined {
  if (section === 'default') return section;
  const name = /^profile\s+(.*)$/.exec(section)?.[1];
  return name === undefined ? undefined : unquoted(name);
}

function rolesOf(name: string, profiles: ReadonlyMap<string, ProfileSettings>): readonly string[] {
  const roles = valuesOf('role_arn', name, profiles);
  if (roles.length > 0) return roles; // a role goes before single sign-on
  const account = valuesOf('sso_account_id', name, profiles).at(-1);
  const permissionSet = valuesOf('sso_role_name', name, profiles).at(-1);
  if (account === undefined || permissionSet === undefined) return [];
  return [knownSsoRole(account, permissionSet)];
}

/** Its own values of a key, else those of the profiles that it includes. */
function valuesOf(
  key: Key,
  name: string,
  profiles: ReadonlyMap<string, ProfileSettings>,
): readonly string[] {
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const settings = profiles.get(at);
    const values = settings?.get(key);
    if (values !== undefined) return values;
    at = settings?.get('include_profile')?.at(-1);
  }
  return [];
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}
