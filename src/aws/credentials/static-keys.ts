import { SourceError } from '../../errors.js';
import type { Environment } from '../environment.js';
import type { Section } from './profile.js';

/** What signs a request. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly accountId?: string;
}

/** What each part of the keys is called where they were found. */
interface Names {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
}

const VARIABLES: Names = {
  id: 'AWS_ACCESS_KEY_ID',
  secret: 'AWS_SECRET_ACCESS_KEY',
  token: 'AWS_SESSION_TOKEN',
};
const SETTINGS: Names = {
  id: 'aws_access_key_id',
  secret: 'aws_secret_access_key',
  token: 'aws_session_token',
};

/**
 * The keys of the environment; undefined where there are none.
 *
 * @throws SourceError for half a pair, and for a value that cannot be sent.
 */
export function keysOfEnvironment(env: Environment): AwsKeys | undefined {
  const keys = keysIn(env, VARIABLES, 'the environment');
  const accountId = env['AWS_ACCOUNT_ID'] || undefined;
  return keys && (accountId === undefined ? keys : { ...keys, accountId });
}

/** Checks the keys that a profile may have. @throws SourceError as {@link keysOfEnvironment}. */
export function checkKeysOf(name: string, settings: Section): void {
  keysIn(settings, SETTINGS, `AWS profile ${name}`);
}

/** Checks what some source of credentials gave. @throws SourceError for a value that cannot be sent. */
export function checkKeys(keys: AwsKeys, source: string): void {
  checkText('access key id', keys.accessKeyId, source);
  checkText('secret access key', keys.secretAccessKey, source);
  checkText('session token', keys.sessionToken ?? '', source);
}

function keysIn(
  values: Readonly<Record<string, string | undefined>>,
  names: Names,
  source: string,
): AwsKeys | undefined {
  const [id, secret, token] = [values[names.id], values[names.secret], values[names.token]];
  if (!id && !secret) return undefined;
  if (!id || !secret) {
    const [there, missing] = id ? [names.id, names.secret] : [names.secret, names.id];
    throw unusable(`${source} has ${there} but no ${missing}`, source);
  }
  checkText(names.id, id, source);
  checkText(names.secret, secret, source);
  checkText(names.token, token ?? '', source);
  return { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) };
}

/** What is sent in a header, or would be: a file with Windows line ends is the usual reason. */
function checkText(name: string, text: string, source: string): void {
  const wrong = /[\r\n]/.test(text)
    ? 'a line end'
    : /\s/.test(text)
      ? 'a blank'
      : /[^\x21-\x7e]/.test(text)
        ? 'a character that cannot be sent'
        : undefined;
  if (wrong !== undefined) throw unusable(`${name} of ${source} has ${wrong} in it`, source);
}

function unusable(message: string, resource: string): SourceError {
  return new SourceError(message, { facts: { code: 'UnusableKeys', resource } });
}
