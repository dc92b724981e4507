import { homedir } from 'node:os';
import { join } from 'node:path';
import { readSmallFile } from '../files/small-file.js';
import type { Environment } from '../read/settings.js';

/**
 * The names of the profiles of the AWS config file, in its order; none when it cannot be read. For the
 * completion, which has nobody to tell.
 */
export async function awsProfiles(env: Environment): Promise<readonly string[]> {
  const path = env['AWS_CONFIG_FILE'] || join(env['HOME'] ?? homedir(), '.aws', 'config');
  const text = await readSmallFile(path).catch(() => '');
  const names = [...text.matchAll(/^\s*\[\s*(?:profile\s+(.+?)|(default))\s*\]/gm)].map(
    ([, name, other]) => (name ?? other ?? '').replace(/^(["'])(.*)\1$/, '$2'),
  );
  return [...new Set(names)];
}
