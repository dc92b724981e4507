import { fromIni, fromSSO } from '@aws-sdk/credential-providers';
import {
  type STSClientConfig,
  getDefaultRoleAssumer,
  getDefaultRoleAssumerWithWebIdentity,
} from '@aws-sdk/client-sts';
import { AuditError, SourceError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import { printable } from '../../text/terminal-text.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { answerOf } from '../answer.js';
import { lastWords, runCredentialProgram } from './credential-program.js';
import type { Profile, Section } from './profile.js';
import { type AwsKeys, checkKeysOf } from './static-keys.js';

/** What the requests that fetch credentials are made with. */
export type CredentialClientConfig = Pick<
  STSClientConfig,
  'requestHandler' | 'retryStrategy' | 'logger'
>;

/**
 * The keys of a profile, from what the profile itself names and from nothing else: where that fails, nobody
 * else's credentials stand in for it. Asks for the code of an MFA device at the terminal.
 *
 * @throws SourceError with the profile's own reason.
 */
export async function keysOfProfile(
  profile: Profile & { readonly name: string },
  region: string | undefined,
  sts: CredentialClientConfig & Pick<STSClientConfig, 'endpoint'>,
  plain: CredentialClientConfig,
  context: ReadContext,
): Promise<AwsKeys> {
  checkProfile(profile);
  const { name, settings } = profile;
  if (isProcess(settings)) {
    return runCredentialProgram(settings['credential_process']!, name, context.signal);
  }
  const { signal } = context;
  const config = { ...sts, ...(region !== undefined && { region }) };
  const assumeRole = getDefaultRoleAssumer(config);
  const assumeWithToken = getDefaultRoleAssumerWithWebIdentity(config);
  const of = (role: string | undefined): string => `role ${role} for AWS profile ${name}`;
  const common = { ...profile.init, ignoreCache: true, profile: name, clientConfig: plain };
  const ofProfile = fromIni({
    ...common,
    ...(region !== undefined && { parentClientConfig: { region } }),
    mfaCodeProvider: (device) => askForCode(device, name, context),
    roleAssumer: (keys, params) => {
      const awsCall = { action: 'sts:AssumeRole', of: of(params.RoleArn) };
      return answerOf(assumeRole(keys, params), awsCall, signal);
    },
    roleAssumerWithWebIdentity: (params) => {
      const awsCall = { action: 'sts:AssumeRoleWithWebIdentity', of: of(params.RoleArn) };
      return answerOf(assumeWithToken(params), awsCall, signal);
    },
  });
  const provider = isSso(settings) ? fromSSO(common) : ofProfile;
  try {
    return await provider();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof AuditError ? error : failed(name, error);
  }
}

/** What the SDK would pass over, or tell in words that do not help. @throws SourceError */
function checkProfile({ name, profiles, sections, files }: Profile): void {
  const seen = new Set<string>();
  for (let at = name; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const settings = profiles[at];
    if (settings === undefined) {
      const nearest = suggestion(at, Object.keys(profiles));
      const where = `${files.configFilepath} and ${files.filepath}`;
      const what = `its source_profile "${at}" is in neither of ${where}`;
      throw broken(name, what, { code: 'BrokenProfile', hint: nearest });
    }
    checkKeysOf(at, settings);
    const session = settings['sso_session'];
    if (session !== undefined && sections[`sso-session.${session}`] === undefined) {
      const known = Object.keys(sections).filter((key) => key.startsWith('sso-session.'));
      const nearest = suggestion(
        session,
        known.map((key) => key.slice('sso-session.'.length)),
      );
      const whose = at === name ? 'it' : `its source_profile ${at}`;
      const what = `${whose} names sso_session "${session}", but ${files.configFilepath} has no section [sso-session ${session}]`;
      throw broken(name, what, { code: 'BrokenProfile', hint: nearest });
    }
    at = settings['role_arn'] === undefined ? undefined : settings['source_profile'];
  }
}

/** Are the keys those of a program? Not where the profile names another way, which goes before it. */
function isProcess(settings: Section): boolean {
  return settings['credential_process'] !== undefined && !hasRoleOrKeys(settings);
}

function isSso(settings: Section): boolean {
  const has = (key: string): boolean => settings[key] !== undefined;
  return (
    (has('sso_session') || has('sso_start_url')) && !hasRoleOrKeys(settings) && !isProcess(settings)
  );
}

function hasRoleOrKeys(settings: Section): boolean {
  const has = (key: string): boolean => settings[key] !== undefined;
  const ways = ['source_profile', 'credential_source', 'web_identity_token_file'];
  return has('aws_access_key_id') || (has('role_arn') && ways.some(has));
}

async function askForCode(device: string, name: string, context: ReadContext): Promise<string> {
  const code = await context.ask?.(`MFA code of ${printable(device)} for AWS profile ${name}: `);
  if (code !== undefined && code.trim() !== '') return code.trim();
  const why =
    code === undefined ? 'there is no terminal at which to ask for it' : 'none was entered';
  throw new SourceError(
    `AWS profile ${name} needs a code of the MFA device ${device}, and ${why}`,
    {
      facts: { code: 'NoMfaCode', resource: `AWS profile ${name}` },
    },
  );
}

function failed(name: string, error: unknown): AuditError {
  const message = error instanceof Error ? error.message : String(error);
  const [first = '', ...others] = message.split('\n');
  // A credential_process of a source profile: the SDK keeps what it said, and not its exit code.
  if (first.startsWith('Command failed: ')) {
    return broken(
      name,
      `the credential_process of its source_profile failed${lastWords(others.join('\n'))}`,
    );
  }
  if (first.startsWith('Could not resolve credentials')) {
    return broken(name, 'names no source of credentials', { code: 'BrokenProfile' });
  }
  return broken(name, printable(first.replaceAll(/\s+/g, ' ').trim()) || 'gave no credentials');
}

function broken(
  name: string | undefined,
  why: string,
  { code = 'NoCredentials', hint }: { code?: string; hint?: string | undefined } = {},
): SourceError {
  return new SourceError(`AWS profile ${name}: ${why}`, {
    hint,
    facts: { code, resource: `AWS profile ${name}` },
  });
}
