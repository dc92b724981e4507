import * as z from 'zod';
import { ValueError } from '../../errors.js';
import type { AllowRule } from '../../model/verdict/allow-rule.js';
import type { Instant } from '../../model/time/instant.js';
import { parseTime } from '../../model/time/when.js';
import { readYamlFile, text } from './yaml-file.js';

const CONDITIONS = [
  'role',
  'caller',
  'caller_account',
  'identity_provider',
  'event_name',
  'source_identity',
] as const;

const time = z
  .string('expected a date or a time, as text')
  .transform((written, context): Instant => {
    try {
      return parseTime(written);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      context.addIssue(`${error.message}: write a date such as 2026-01-31 or a time with Z`);
      return z.NEVER;
    }
  });

const rule = z
  .strictObject({
    name: text,
    reason: text,
    role: text.optional(),
    caller: text.optional(),
    caller_account: z
      .string()
      .regex(/^\d{12}$/, 'expected an account ID of 12 digits, in quotes')
      .optional(),
    identity_provider: text.optional(),
    event_name: text.optional(),
    source_identity: text.optional(),
    until: time.optional(),
  })
  .refine((conditions) => CONDITIONS.some((condition) => condition in conditions), {
    error: `expected at least one of ${CONDITIONS.join(', ')}`,
    when: ({ value }) => isMapping(value),
  });

const allowList = z.strictObject({
  version: z.literal('1').optional(),
  rules: z.array(rule).superRefine(eachNameOnce, { when: ({ value }) => Array.isArray(value) }),
});

/**
 * The rules of an allow list, in their order. A date in `until` is its midnight in UTC. Import late.
 *
 * @param origin how the user named the option, for messages.
 * @param signal stops the reading.
 * @throws UsageError with every error of the file, each with its line and column.
 */
export async function readAllowList(
  path: string,
  origin = '--allow',
  signal?: AbortSignal,
): Promise<readonly AllowRule[]> {
  const { rules } = await readYamlFile(origin, path, allowList, signal);
  return rules.map(
    ({ caller_account, identity_provider, event_name, source_identity, ...rest }) => ({
      ...rest,
      callerAccount: caller_account,
      identityProvider: identity_provider,
      eventName: event_name,
      sourceIdentity: source_identity,
    }),
  );
}

/** Also checked when rules are wrong, so that all errors are reported at once. */
function eachNameOnce(rules: readonly unknown[], context: z.core.$RefinementCtx): void {
  const first = new Map<unknown, number>();
  for (const [at, value] of rules.entries()) {
    const name = isMapping(value) ? value['name'] : undefined;
    if (typeof name !== 'string' || name === '') continue;
    const other = first.get(name);
    if (other === undefined) first.set(name, at);
    else {
      const message = `"${name}" is already the name of rules.${other}`;
      context.addIssue({ code: 'custom', message, path: [at, 'name'] });
    }
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
