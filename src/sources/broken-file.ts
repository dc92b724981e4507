import { SourceError } from '../errors.js';
import type { Reject } from '../pipeline/read-context.js';

/** The reject of a file for what is wrong with it, so that the others are read; any other error is thrown. */
export function brokenFile(name: string, error: unknown): Reject {
  if (!(error instanceof SourceError)) throw error;
  return { kind: 'file', place: name, reason: error.message };
}
