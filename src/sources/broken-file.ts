import { SourceError } from '../errors.js';
import type { Reject } from '../pipeline/read-context.js';

/** Errors of who asks, which every other file would meet too. */
const OF_CREDENTIALS =
  /^(?:CredentialsProvider|TokenProvider|NoCredentials|ExpiredToken|RequestExpired|InvalidAccessKeyId|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidToken)/;

/**
 * The reject of a file for what is wrong with it, so that the others are read; any other error is thrown, and so is
 * one of the credentials.
 */
export function brokenFile(name: string, error: unknown): Reject {
  if (!(error instanceof SourceError) || OF_CREDENTIALS.test(error.facts?.code ?? '')) throw error;
  return { kind: 'file', place: name, reason: error.message };
}
