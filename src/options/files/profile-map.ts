import * as z from 'zod';
import { readYamlFile, text } from './yaml-file.js';

const role = z
  .string()
  .regex(
    /^(arn:[a-z-]+:iam::\d{12}:role\/\S+|[\w+=,.@-]+)$/,
    'expected the ARN of a role, or the name of one without its path',
  );

const profileMap = z.record(role, text);

/**
 * Role ARN or role name → profile, as `--profile-map` says it. Import late.
 *
 * @param origin how the user named the option, for messages.
 * @param signal stops the reading.
 * @throws UsageError with every error of the file, each with its line and column.
 */
export async function readProfileMap(
  path: string,
  origin = '--profile-map',
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  return new Map(Object.entries(await readYamlFile(origin, path, profileMap, signal)));
}
