import { SourceError } from '../errors.js';
import type { ReadContext } from '../pipeline/read-context.js';
import type { InputFile } from '../storage/input-file.js';

/** Rejects a file for what is wrong with it, so that the others are read; any other error is passed on. */
export function rejectFile(file: InputFile, error: unknown, context: ReadContext): void {
  if (!(error instanceof SourceError)) throw error;
  context.reject({ kind: 'file', place: file.name, reason: error.message });
}
