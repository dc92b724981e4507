import { exec } from 'node:child_process';
import { SourceError } from '../../errors.js';
import type { AwsKeys } from './static-keys.js';

/** What a program may print, in bytes; keys take less than ten thousand. */
const MOST_OUTPUT = 1024 * 1024;

/**
 * The keys that the program of a profile prints, as "Sourcing credentials with an external process" of the
 * AWS CLI's guide has it. It runs in a shell, with the environment of this process.
 *
 * @throws SourceError with its exit code and what it said when it fails, and for any other output.
 */
export async function runCredentialProgram(
  command: string,
  profile: string,
  signal: AbortSignal,
): Promise<AwsKeys> {
  const output = await new Promise<string>((resolve, reject) => {
    exec(command, { signal, maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (signal.aborted) return reject(signal.reason as Error);
      const how =
        typeof error.code === 'number' ? `exit code ${error.code}` : (error.signal ?? error.code);
      reject(failed(profile, `failed with ${how}${lastWords(stderr)}`));
    });
  });
  return keysIn(output, profile);
}

/** ` : what the program said` of several lines on one. */
export function lastWords(stderr: string): string {
  const text = stderr.trim().replaceAll(/\s*[\r\n]+\s*/g, ' / ');
  return text === '' ? ' and no message' : `: ${text.slice(0, 500)}`;
}

function keysIn(output: string, profile: string): AwsKeys {
  const answer = parse(output, profile);
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token } = answer;
  if (answer['Version'] !== 1) throw failed(profile, 'did not print "Version": 1');
  if (typeof id !== 'string' || typeof secret !== 'string') {
    throw failed(profile, 'printed no AccessKeyId and SecretAccessKey');
  }
  const time = answer['Expiration'];
  const expiration = typeof time === 'string' ? new Date(time) : undefined;
  if (expiration !== undefined && !(expiration.getTime() > Date.now())) {
    throw failed(profile, `printed credentials that expired at ${String(time)}`);
  }
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(typeof token === 'string' && token !== '' && { sessionToken: token }),
    ...(expiration !== undefined && { expiration }),
    ...(typeof answer['AccountId'] === 'string' && { accountId: answer['AccountId'] }),
  };
}

/** The output is not quoted: it may hold keys. */
function parse(output: string, profile: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(output);
    if (typeof answer === 'object' && answer !== null) return { ...answer };
  } catch {
    // said below
  }
  throw failed(profile, 'did not print JSON');
}

function failed(profile: string, how: string): SourceError {
  return new SourceError(`AWS profile ${profile}: its credential_process ${how}`, {
    facts: { code: 'CredentialProcess', resource: `AWS profile ${profile}` },
  });
}
