import { UsageError } from '../../errors.js';
import type { AllowRule } from '../../model/verdict/allow-rule.js';
import { FINDING_COLUMNS, VERDICT_COLUMNS } from '../../model/verdict/attributed-verdict.js';
import type { Policy } from '../../model/policy/policy.js';
import { PROFILE_COLUMNS } from '../../model/attribution/profile-report.js';
import type { KnownRoles } from '../../model/attribution/role-profiles.js';
import { type ReadIdentity, identityReader } from '../../model/role-call/source-identity.js';
import type { Instant } from '../../model/time/instant.js';
import { FINDING_CATEGORIES } from '../../model/verdict/verdict.js';
import type { RowFormat } from '../../sinks/open.js';
import type { SessionsFrom } from '../../sources/open-sessions.js';
import type { NamedFile } from '../files/aws-config.js';
import type { GivenOptions } from '../read/given-options.js';
import { type EventOptions, checkFrom } from './event-options.js';
import { type OutputOptions, checkOutputOptions, isForGithub } from './output-options.js';
import { checkSessionsFrom } from './session-options.js';
import type { Environment } from '../read/settings.js';

/** A policy, and sentences about what is odd in it. */
interface ReadPolicy {
  readonly policy: Policy;
  readonly warnings: readonly string[];
}

/** What events are judged by. */
export interface AuditOptions extends EventOptions {
  readonly sessions: SessionsFrom;
  readonly readIdentity: ReadIdentity;
  /** Patterns of ARNs; empty when nobody said who the brokers are. */
  readonly brokers: readonly string[];
  readonly allow: readonly AllowRule[];
  readonly knownRoles: KnownRoles;
  readonly lookupConcurrency: number;
  readonly profile: string | undefined;
  /** Categories and anomalies that make exit code 1. */
  readonly failOn: ReadonlySet<string>;
}

const names = (columns: readonly { readonly name: string }[]): string[] =>
  columns.map(({ name }) => name);

/** @throws UsageError for what is wrong, in files too; nothing has been asked of AWS by then. */
export async function checkVerdicts(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): Promise<AuditOptions> {
  return checkAudit(given, env, now, 'csv', names(VERDICT_COLUMNS));
}

/** @throws UsageError for what is wrong, in files too; nothing has been asked of AWS by then. */
export async function checkUntracked(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): Promise<AuditOptions> {
  needSince(given);
  return checkAudit(given, env, now, 'table', names(FINDING_COLUMNS));
}

/** What `session-compliance` reports by, besides. */
export interface ComplianceOptions extends AuditOptions {
  readonly policy: ReadPolicy | undefined;
  /** Write annotations of GitHub Actions. */
  readonly forGithub: boolean;
}

/** @throws UsageError for what is wrong, in files too; nothing has been asked of AWS by then. */
export async function checkCompliance(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): Promise<ComplianceOptions> {
  needSince(given);
  const path = given.text('policy');
  return {
    policy: path === undefined ? undefined : await readPolicyOf(given, path),
    forGithub: isForGithub(given),
    ...(await checkAudit(given, env, now, 'table', names(PROFILE_COLUMNS), true)),
  };
}

/** What `--explain-policy` explains, and where it writes. */
export interface ExplainOptions extends ReadPolicy, OutputOptions {}

/** @throws UsageError for what is wrong, in the file too. */
export async function checkPolicy(given: GivenOptions): Promise<ExplainOptions> {
  const path = given.text('policy');
  if (path === undefined) throw new UsageError('--explain-policy', 'needs --policy FILE');
  return { ...(await readPolicyOf(given, path)), ...checkOutputOptions(given, 'table', []) };
}

async function readPolicyOf(given: GivenOptions, path: string): Promise<ReadPolicy> {
  const { readPolicy } = await import('../files/policy-file.js');
  return readPolicy(path, given.origin('policy'));
}

function needSince(given: GivenOptions): void {
  if (given.has('since')) return;
  throw new UsageError('--since', 'is needed', 'give --since 24h for the last day');
}

async function checkAudit(
  given: GivenOptions,
  env: Environment,
  now: Instant,
  format: RowFormat,
  columns: readonly string[],
  takesGithub = false,
): Promise<AuditOptions> {
  return {
    ...checkFrom(given, env, now),
    ...checkOutputOptions(given, format, columns, takesGithub),
    sessions: checkSessionsFrom(given, env),
    readIdentity: given.parsed('identity-pattern', identityReader) ?? identityReader(),
    brokers: given.list('broker'),
    lookupConcurrency: given.number('lookup-concurrency', 1000) ?? 8,
    profile: given.text('profile'),
    failOn: checkFailOn(given),
    allow: await readAllow(given),
    knownRoles: await readKnownRoles(given, env),
  };
}

async function readAllow(given: GivenOptions): Promise<readonly AllowRule[]> {
  const path = given.text('allow');
  if (path === undefined) return [];
  const { readAllowList } = await import('../files/allow-list.js');
  return readAllowList(path, given.origin('allow'));
}

async function readKnownRoles(given: GivenOptions, env: Environment): Promise<KnownRoles> {
  const map = given.text('profile-map');
  const { readAwsRoles } = await import('../files/aws-config.js');
  return {
    explicit:
      map === undefined
        ? new Map()
        : await (
            await import('../files/profile-map.js')
          ).readProfileMap(map, given.origin('profile-map')),
    awsConfig: await readAwsRoles(...awsFiles(given, env)),
  };
}

/** A config file that an option names stands for the user's own two; a credentials file that is named counts beside it. */
function awsFiles(given: GivenOptions, env: Environment): [NamedFile, NamedFile?] {
  const named = given.text('aws-config');
  const origin = named === undefined ? 'AWS_CONFIG_FILE' : given.origin('aws-config');
  const config = { path: named ?? (env['AWS_CONFIG_FILE'] || undefined), origin };
  const path = env['AWS_SHARED_CREDENTIALS_FILE'] || undefined;
  if (named !== undefined && path === undefined) return [config];
  return [config, { path, origin: 'AWS_SHARED_CREDENTIALS_FILE' }];
}

function checkFailOn(given: GivenOptions): ReadonlySet<string> {
  const chosen = given.parts('fail-on') ?? FINDING_CATEGORIES;
  if (!chosen.includes('none')) return new Set(chosen);
  if (chosen.length === 1) return new Set();
  throw new UsageError(given.origin('fail-on'), 'none stands alone');
}
