import { AuditError, SourceError } from '../errors.js';
import { printable } from '../text/terminal-text.js';
import { factsOf } from './error-facts.js';

/** What was asked, of what: for the one line that an error becomes. */
export interface AwsCall {
  /** `dynamodb:Scan`, as IAM spells it. */
  readonly action: string;
  /** `table sentinel-sessions in eu-west-1`. */
  readonly of: string;
}

/**
 * Waits for an answer of AWS. An abort becomes the signal's own reason; an error that this program made, as
 * that of missing credentials, stays what it is; any other becomes a SourceError with its facts.
 */
export async function answerOf<T>(
  answer: Promise<T>,
  awsCall: AwsCall,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof AuditError) throw error;
    throw sourceError(error, awsCall);
  }
}

/** The one line that an error of AWS, of the network or of a proxy becomes. */
function sourceError(error: unknown, { action, of }: AwsCall): SourceError {
  const { text, ...facts } = factsOf(error);
  const tries = (facts.attempts ?? 1) > 1 ? ` (tried ${facts.attempts} times)` : '';
  return new SourceError(`${action} of ${of}: ${printable(text)}${tries}`, {
    facts: { ...facts, action, resource: of },
    cause: error,
  });
}
