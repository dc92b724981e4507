import * as z from 'zod';
import { EFFECTS, MODES, type Policy, WEEKDAYS } from '../../model/policy/policy.js';
import { readYamlFile, text } from './yaml-file.js';

/** A key without a value is absent, as it is for Sentinel. */
const orNothing = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
const listOf = <T extends z.ZodType>(schema: T) => orNothing(z.array(schema));

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "09:00", at most "23:59"');

const GO_DURATION = /^(0|((\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/;

const device = z.strictObject({
  require_mdm: orNothing(z.boolean()),
  require_encryption: orNothing(z.boolean()),
  require_mdm_compliant: orNothing(z.boolean()),
  require_firewall: orNothing(z.boolean()),
  min_os_version: orNothing(
    z.string().regex(/^(?=.*\d)[\dA-Za-z.+-]+$/, 'expected a version such as "14.2"'),
  ),
  allowed_os_types: listOf(text),
});

const time = z.strictObject({
  days: listOf(z.enum(WEEKDAYS)),
  hours: orNothing(z.strictObject({ start: clock, end: clock })),
  timezone: orNothing(
    z.string().superRefine((name, context) => {
      const message = zoneProblem(name);
      if (message !== undefined) context.addIssue(message);
    }),
  ),
});

const conditions = z.strictObject({
  profiles: listOf(text),
  users: listOf(text),
  mode: listOf(z.enum(MODES)),
  device: orNothing(device),
  time: orNothing(time),
});

const rule = z.strictObject({
  name: text,
  effect: z.enum(EFFECTS),
  conditions: orNothing(conditions),
  reason: orNothing(z.string()),
  session_table: orNothing(z.string()),
  max_server_duration: z
    .string()
    .regex(GO_DURATION, 'expected a duration such as 15m or 1h30m')
    .optional(),
});

const policyFile = z.strictObject({
  version: z.literal('1'),
  rules: z.array(rule).min(1, 'expected at least one rule'),
});

type Rule = z.infer<typeof rule>;

/**
 * An access policy of Sentinel, and a warning for each rule that is allowed but probably does not mean what
 * it says, in the order of the rules. Sentinel ignores unknown keys, which are errors here; its linter refuses
 * rules without a profile, a user and a time, which are allowed here. Import late.
 *
 * @param origin how the user named the option, for messages.
 * @param signal stops the reading.
 * @throws UsageError with every error of the file, each with its line and column.
 */
export async function readPolicy(
  path: string,
  origin = '--policy',
  signal?: AbortSignal,
): Promise<{ policy: Policy; warnings: readonly string[] }> {
  const { rules } = await readYamlFile(origin, path, policyFile, signal);
  const policy = {
    rules: rules.map(({ name, effect, conditions: required = conditions.parse({}) }) => ({
      name,
      effect,
      profiles: required.profiles ?? [],
      users: required.users ?? [],
      mode: required.mode ?? [],
      device: required.device && {
        requireMdm: required.device.require_mdm,
        requireEncryption: required.device.require_encryption,
        requireMdmCompliant: required.device.require_mdm_compliant,
        requireFirewall: required.device.require_firewall,
        minOsVersion: required.device.min_os_version,
        allowedOsTypes: required.device.allowed_os_types,
      },
      time: required.time,
    })),
  };
  const warnings = rules.flatMap((each, at) => {
    const isAgain = rules.findIndex(({ name }) => name === each.name) < at;
    const again = isAgain ? ['an earlier rule has the same name'] : [];
    return [...again, ...warningsOf(each)].map(
      (warning) => `${path}: rules.${at} ("${each.name}"): ${warning}`,
    );
  });
  return { policy, warnings };
}

/** Go reads a zone from the file of exactly that name; `Intl` accepts any case. */
function zoneProblem(name: string): string | undefined {
  const expected = 'expected the name of a time zone such as Europe/Berlin';
  if (/^[+-]/.test(name)) return expected; // newer versions of Node accept offsets
  try {
    const known = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    const isOtherCase = known !== name && known.toLowerCase() === name.toLowerCase();
    return isOtherCase
      ? `expected the name of the time zone in its exact case: ${known}`
      : undefined;
  } catch {
    return expected;
  }
}

const OS_TYPES = ['darwin', 'windows', 'linux'];

function warningsOf({ conditions: required = conditions.parse({}) }: Rule): readonly string[] {
  const warnings: string[] = [];
  const { profiles = [], users = [], mode = [] } = required;
  const { device: state = device.parse({}), time: when = time.parse({}) } = required;
  for (const [kind, names] of Object.entries({ profile: profiles, user: users })) {
    for (const name of names.filter((each) => each.includes('*'))) {
      warnings.push(`names match exactly: "${name}" is only the ${kind} with this very name`);
    }
  }
  const lists = [profiles, users, mode, when.days ?? [], state.allowed_os_types ?? []];
  const hasCondition = lists.some((list) => list.length > 0) || when.hours !== undefined;
  const { allowed_os_types: osTypes = [], ...rest } = state;
  const isRequired = (value: unknown): boolean => value !== undefined && value !== false;
  if (!hasCondition && !Object.values(rest).some(isRequired)) {
    warnings.push('it has no conditions and matches every request');
  }
  if (when.hours !== undefined && when.hours.start >= when.hours.end) {
    const { start, end } = when.hours;
    warnings.push(
      `it never matches: hours do not go past midnight, and ${start} is not before ${end}`,
    );
  }
  for (const osType of osTypes.filter((each) => !OS_TYPES.includes(each.toLowerCase()))) {
    warnings.push(`"${osType}" is not an operating system of Sentinel: ${OS_TYPES.join(', ')}`);
  }
  return warnings;
}
