import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { UsageError } from '../errors.js';

/**
 * Role ARN → the profiles of an AWS config file that have it as their `role_arn`, in the order of the file.
 * Without a path, `~/.aws/config`; that one need not be there. Reads no credentials. Import late.
 *
 * @param origin what the user called the option.
 * @throws UsageError for a file that cannot be read.
 */
export async function readAwsRoles(
  path: string | undefined,
  origin = '--aws-config',
): Promise<ReadonlyMap<string, readonly string[]>> {
  const file = (path ?? '~/.aws/config').replace(/^~(?=\/)/, () => homedir());
  const roles = new Map<string, string[]>();
  try {
    await readFile(file); // the loader takes a file that it cannot read for an empty one
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (path === undefined && isMissing) return roles;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(origin, `${file} cannot be read: ${reason}`);
  }
  const { configFile } = await loadSharedConfigFiles({
    configFilepath: file,
    filepath: file, // else the credentials are read too
    ignoreCache: true,
  });
  for (const [profile, { role_arn: role }] of Object.entries(configFile)) {
    if (role === undefined || /^(sso-session|services)\./.test(profile)) continue;
    const profiles = roles.get(role);
    if (profiles === undefined) roles.set(role, [profile]);
    else profiles.push(profile);
  }
  return roles;
}
