import * as z from 'zod';
import type { AllowRule } from '../../model/verdict/allow-rule.js';
import { type Instant, parseInstant } from '../../model/time/instant.js';
import { readYamlFile, text } from './yaml-file.js';

const CONDITIONS = ['role', 'caller', 'event_name', 'source_identity'] as const;
const A_TIME = 'expected a date such as 2026-01-31 or an RFC 3339 time';

const time = z.string(A_TIME).transform((written, context): Instant => {
  const instant = parseInstant(
    /^\d{4}-\d\d-\d\d$/.test(written) ? `${written}T00:00:00Z` : written,
  );
  if (instant !== undefined) return instant;
  context.addIssue(A_TIME);
  return z.NEVER;
});

const rule = z
  .strictObject({
    name: text,
    reason: text,
    role: text.optional(),
    caller: text.optional(),
    event_name: text.optional(),
    source_identity: text.optional(),
    until: time.optional(),
  })
  .refine((given) => CONDITIONS.some((condition) => condition in given), {
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
  return rules.map(({ event_name, source_identity, ...rest }) => ({
    ...rest,
    eventName: event_name,
    sourceIdentity: source_identity,
  }));
}

/** Also asked where rules are wrong, so that all errors are told at once. */
function eachNameOnce(rules: readonly unknown[], context: z.core.$RefinementCtx): void {
  const first = new Map<unknown, number>();
  for (const [at, given] of rules.entries()) {
    const name = isMapping(given) ? given['name'] : undefined;
    if (typeof name !== 'string' || name === '') continue;
    const other = first.get(name);
    if (other === undefined) first.set(name, at);
    else {
      const message = `"${name}" is the name of rules.${other} already`;
      context.addIssue({ code: 'custom', message, path: [at, 'name'] });
    }
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
