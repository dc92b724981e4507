import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { UsageError } from '../../errors.js';

/**
 * Role ARN → the profiles of an AWS config file that have it as their `role_arn`, in the order of the file.
 * Without a path, `~/.aws/config`; that one need not be there. Names may have blanks, in quotes, and whatever
 * the AWS CLI takes; of a profile that is there twice, both roles count. Reads no credentials.
 *
 * @param origin what the user called the option.
 * @throws UsageError for a file that cannot be read.
 */
export async function readAwsRoles(
  path: string | undefined,
  origin = '--aws-config',
): Promise<ReadonlyMap<string, readonly string[]>> {
  const file = (path ?? '~/.aws/config').replace(/^~(?=\/)/, () => homedir());
  try {
    return rolesIn(await readFile(file, 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (path === undefined && isMissing) return new Map();
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(origin, `${file} cannot be read: ${reason}`);
  }
}

function rolesIn(text: string): Map<string, string[]> {
  const roles = new Map<string, string[]>();
  let profile: string | undefined;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n?|\n/)) {
    const section = /^\s*\[(.*)\]\s*(?:[#;].*)?$/.exec(line)?.[1];
    if (section !== undefined) {
      profile = profileIn(section.trim());
      continue;
    }
    const role = /^\s*role_arn\s*[=:]\s*(.*?)\s*(?:\s[#;].*)?$/i.exec(line)?.[1];
    if (!role || profile === undefined) continue;
    const arn = unquoted(role);
    const profiles = roles.get(arn);
    if (profiles === undefined) roles.set(arn, [profile]);
    else if (!profiles.includes(profile)) profiles.push(profile);
  }
  return roles;
}

/** `default` and `profile NAME`; other sections are of single sign-on and services. */
function profileIn(section: string): string | undefined {
  if (section === 'default') return section;
  const name = /^profile\s+(.*)$/.exec(section)?.[1];
  return name === undefined ? undefined : unquoted(name);
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}
