import { UsageError } from '../../errors.js';
import type { AllowRule } from '../../model/verdict/allow-rule.js';
import type { Policy } from '../../model/policy/policy.js';
import type { KnownRoles } from '../../model/attribution/known-roles.js';
import { formatNamesWithout } from '../../model/report/format.js';
import { type ReadIdentity, identityReader } from '../../model/role-call/source-identity.js';
import type { Instant } from '../../model/time/instant.js';
import { FINDING_CATEGORIES } from '../../model/verdict/verdict.js';
import type { RowFormat } from '../../sinks/open.js';
import type { SessionsFrom } from '../../sources/open-sessions.js';
import type { NamedFile } from '../files/aws-config.js';
import type { GivenOptions } from '../read/given-options.js';
import { type EventOptions, checkFrom, inWholeDays } from './event-options.js';
import { type OutputOptions, checkOutputOptions } from './output-options.js';
import { checkSessionsFrom, sessionNotes } from './session-options.js';
import type { Environment } from '../read/settings.js';
import { type Vouched, checkVouched } from './window.js';

/** A policy, and a warning for each rule that hardly means what it says. */
interface ReadPolicy {
  readonly policy: Policy;
  readonly warnings: readonly string[];
}

/** The options that all commands that judge calls have. */
export interface AuditOptions extends EventOptions {
  readonly sessions: SessionsFrom;
  readonly readIdentity: ReadIdentity;
  /** The time for which the user vouches that no session is missing. */
  readonly vouched: Vouched | undefined;
  /** The longest time that a session can live, in seconds. */
  readonly maxSession: number;
  readonly policy: ReadPolicy | undefined;
  /** ARNs, exact or with `*`; empty when the brokers are not known. */
  readonly brokers: readonly string[];
  readonly allow: readonly AllowRule[];
  readonly knownRoles: KnownRoles;
  readonly lookupConcurrency: number;
  readonly profile: string | undefined;
  /** Categories and anomalies that make exit code 1. */
  readonly failOn: ReadonlySet<string>;
}

/** A session lives 12 hours at most, unless `--max-session` says otherwise. In seconds. */
const USUAL_LIFE = 12 * 3600;

/** @throws UsageError, also for what is wrong in a file; nothing has been asked of AWS by then. */
export async function checkVerdicts(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): Promise<AuditOptions> {
  return inWholeDays(await checkAudit(given, env, now, 'csv', true), given, now);
}

/** @throws UsageError, also for what is wrong in a file; nothing has been asked of AWS by then. */
export async function checkUntracked(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): Promise<AuditOptions> {
  needSince(given);
  return checkAudit(given, env, now, 'table');
}

/** @throws UsageError, also for what is wrong in a file; nothing has been asked of AWS by then. */
export async function checkCompliance(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): Promise<AuditOptions> {
  needSince(given);
  return checkAudit(given, env, now, 'table');
}

/** The policy that `--explain-policy` explains, and where the answer goes. */
export interface ExplainOptions extends ReadPolicy, OutputOptions {}

/** @throws UsageError, also for what is wrong in the file. */
export async function checkPolicy(given: GivenOptions, env: Environment): Promise<ExplainOptions> {
  const policy = await readPolicyOf(given);
  if (policy === undefined) throw new UsageError('--explain-policy', 'needs --policy FILE');
  const output = checkOutputOptions(given, env, 'table');
  if (output.format === 'ocsf' || output.format === 'markdown') {
    const origin = given.origin(given.has('format') ? 'format' : 'out');
    const hint = `the formats are ${formatNamesWithout('github', 'ocsf', 'markdown').join(', ')}`;
    throw new UsageError(origin, `--explain-policy cannot be written as ${output.format}`, hint);
  }
  return { ...policy, ...output };
}

function needSince(given: GivenOptions): void {
  if (given.has('since')) return;
  throw new UsageError('--since', 'is needed', 'write --since 24h for the last day');
}

async function checkAudit(
  given: GivenOptions,
  env: Environment,
  now: Instant,
  format: RowFormat,
  mayPartition = false,
): Promise<AuditOptions> {
  const policy = await readPolicyOf(given);
  const output = checkOutputOptions(given, env, format, mayPartition);
  return {
    ...checkFrom(given, env, now),
    ...output,
    run: { ...output.run, notes: sessionNotes(given) },
    sessions: checkSessionsFrom(given, env),
    vouched: checkVouched(given, now),
    maxSession: given.value('max-session') ?? USUAL_LIFE,
    readIdentity: given.value('identity-pattern') ?? identityReader(),
    brokers: given.list('broker'),
    lookupConcurrency: given.number('lookup-concurrency', 1000) ?? 8,
    profile: given.text('profile'),
    failOn: checkFailOn(given),
    policy,
    allow: await readAllow(given),
    knownRoles: await readKnownRoles(given, env),
  };
}

async function readPolicyOf(given: GivenOptions): Promise<ReadPolicy | undefined> {
  if (!given.has('policy')) return undefined;
  const { readPolicy } = await import('../files/policy-file.js');
  return given.file('policy', readPolicy);
}

async function readAllow(given: GivenOptions): Promise<readonly AllowRule[]> {
  if (!given.has('allow')) return [];
  const { readAllowList } = await import('../files/allow-list.js');
  return (await given.file('allow', readAllowList)) ?? [];
}

async function readKnownRoles(given: GivenOptions, env: Environment): Promise<KnownRoles> {
  const { readAwsRoles } = await import('../files/aws-config.js');
  return {
    explicit: await readMap(given),
    awsConfig: await readAwsRoles(...awsFiles(given, env), given.signal),
  };
}

/** A config file that an option names stands for the user's own two; a credentials file that is named counts beside it. */
function awsFiles(
  given: GivenOptions,
  env: Environment,
): [config: NamedFile, credentials: NamedFile | undefined] {
  const named = given.text('aws-config');
  const origin = named === undefined ? 'AWS_CONFIG_FILE' : given.origin('aws-config');
  const config = { path: named ?? (env['AWS_CONFIG_FILE'] || undefined), origin };
  const path = env['AWS_SHARED_CREDENTIALS_FILE'] || undefined;
  if (named !== undefined && path === undefined) return [config, undefined];
  return [config, { path, origin: 'AWS_SHARED_CREDENTIALS_FILE' }];
}

async function readMap(given: GivenOptions): Promise<ReadonlyMap<string, string>> {
  if (!given.has('profile-map')) return new Map();
  const { readProfileMap } = await import('../files/profile-map.js');
  return (await given.file('profile-map', readProfileMap)) ?? new Map();
}

function checkFailOn(given: GivenOptions): ReadonlySet<string> {
  const categories = given.parts('fail-on') ?? FINDING_CATEGORIES;
  if (!categories.includes('none')) return new Set(categories);
  if (categories.length === 1) return new Set();
  throw new UsageError(given.origin('fail-on'), '"none" cannot be combined with other values');
}
