import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../../errors.js';
import type { Counters, ReadContext } from '../../pipeline/read-context.js';
import type { AwsOptions, SharedConfig } from '../aws.js';
import type { Environment } from '../environment.js';
import type { AwsHttpHandler } from '../http/aws-http-handler.js';
import type { PatientRetry } from '../retry.js';
import { endpointFor } from './endpoint.js';
import { type Profile, type Section, readProfile } from './profile.js';
import { type AwsKeys, checkKeys, checkKeysOf, keysOfEnvironment } from './static-keys.js';

/** Who asks, found once a run: the same for every client. */
export interface Access {
  readonly profile: Profile;
  /** The keys that sign; fetched at the first call, again when they are about to expire. */
  readonly credentials: () => Promise<AwsKeys>;
  /** Certificates of the user's, PEM; undefined trusts those that Node knows. */
  readonly certificates: string | undefined;
}

/** What the clients that fetch credentials are made of. */
interface Parts {
  readonly makeHandler: (certificates: string | undefined) => AwsHttpHandler;
  readonly makeRetry: () => PatientRetry;
  readonly logger: SharedConfig['logger'];
}

/** Keys that expire within so many milliseconds are fetched again, as the SDK does. */
const NEARLY_EXPIRED = 5 * 60_000;

const opened = new WeakMap<Counters, Map<string, Promise<Access>>>();

/**
 * Finds out who asks: a profile that was given, else the keys of the environment, else the profile that the
 * environment names, else the SDK's chain. Of several that were named, a note says which is used. Nothing is
 * fetched before it is needed, and one run asks for one code of an MFA device.
 *
 * @throws ConfigurationError for a profile or certificates that are not there.
 */
export function openAccess(
  options: AwsOptions,
  context: ReadContext,
  parts: Parts,
): Promise<Access> {
  const ofRun = opened.get(context.meter) ?? new Map<string, Promise<Access>>();
  opened.set(context.meter, ofRun);
  const key = options.awsProfile ?? '';
  const access = ofRun.get(key) ?? findAccess(options, context, parts);
  ofRun.set(key, access);
  return access;
}

async function findAccess(
  { awsProfile, region, env = {}, env: whole }: AwsOptions,
  context: ReadContext,
  parts: Parts,
): Promise<Access> {
  const profile = await readProfile(awsProfile, whole);
  const certificates = readCertificates(env, profile);
  const fetched = (fetch: () => Promise<AwsKeys>, source: string): Access => {
    const credentials = remembered(async () => {
      const keys = await fetch();
      checkKeys(keys, source);
      return keys;
    });
    return { profile, certificates, credentials };
  };
  const ofEnvironment = awsProfile === undefined ? keysOfEnvironment(env) : undefined;
  noteWhoWon(profile, env, ofEnvironment !== undefined, context);
  if (ofEnvironment !== undefined) return fetched(async () => ofEnvironment, 'the environment');

  const plain = {
    requestHandler: parts.makeHandler(certificates),
    retryStrategy: parts.makeRetry(),
    ...(parts.logger !== undefined && { logger: parts.logger }),
  };
  const { name } = profile;
  if (name === undefined) {
    const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    const chain = fromNodeProviderChain({ clientConfig: plain });
    return fetched(async () => {
      checkKeysOf('default', profile.settings);
      return chain();
    }, 'the credentials');
  }
  const endpoint = endpointFor('STS', env, profile);
  const sts = { ...plain, ...(endpoint !== undefined && { endpoint }) };
  const ofSts = region ?? regionIn(env, profile);
  const fetch = async (): Promise<AwsKeys> => {
    const { keysOfProfile } = await import('./named-profile.js');
    return keysOfProfile({ ...profile, name }, ofSts, sts, plain, context);
  };
  return fetched(fetch, `AWS profile ${name}`);
}

/** The region of the environment, else that of the profile. */
export function regionIn(env: Environment, { settings }: Profile): string | undefined {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || settings['region'] || undefined;
}

function noteWhoWon(
  profile: Profile,
  env: Environment,
  environmentWins: boolean,
  { note }: ReadContext,
): void {
  const { name, variable } = profile;
  if (name === undefined || !env['AWS_ACCESS_KEY_ID']) return;
  if (!environmentWins && usesEnvironment(profile, name)) return;
  note(
    environmentWins
      ? `the keys of the environment (AWS_ACCESS_KEY_ID) are used, not those of AWS profile ${name} (${variable})`
      : `AWS profile ${name} is used, not the keys of the environment (AWS_ACCESS_KEY_ID)`,
  );
}

/** Does the profile, or one that it builds on, ask for the keys of the environment? */
function usesEnvironment({ profiles }: Profile, name: string): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const settings: Section | undefined = profiles[at];
    if (settings?.['credential_source'] === 'Environment') return true;
    at = settings?.['source_profile'];
  }
  return false;
}

/** The same keys for everybody until they are about to expire; a failure is not remembered. */
function remembered(fetch: () => Promise<AwsKeys>): () => Promise<AwsKeys> {
  let held: Promise<AwsKeys> | undefined;
  let expires = Infinity;
  return () => {
    if (held !== undefined && Date.now() < expires) return held;
    expires = Infinity;
    held = fetch().then(
      (keys) => {
        expires = (keys.expiration?.getTime() ?? Infinity) - NEARLY_EXPIRED;
        return keys;
      },
      (error: unknown) => {
        held = undefined;
        throw error;
      },
    );
    return held;
  };
}

/** The certificates of `AWS_CA_BUNDLE`, else of the profile's `ca_bundle`: trusted in place of all others, as by the AWS CLI. */
function readCertificates(env: Environment, { name, settings }: Profile): string | undefined {
  const [path, where] = env['AWS_CA_BUNDLE']
    ? [env['AWS_CA_BUNDLE'], 'AWS_CA_BUNDLE']
    : [settings['ca_bundle'], `ca_bundle of AWS profile ${name ?? 'default'}`];
  if (!path) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${where}: ${path} cannot be read: ${why}`, { cause: error });
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new ConfigurationError(`${where}: ${path} has no certificate in PEM format`);
}
