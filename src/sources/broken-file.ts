import { SourceError } from '../errors.js';
import type { Reading } from '../model/reading.js';
import type { InputFile } from './input-file.js';

/** Rejects a file for what is wrong with it, so that the others are read; any other error is passed on. */
export function rejectFile(file: InputFile, error: unknown, reading: Reading): void {
  if (!(error instanceof SourceError)) throw error;
  reading.reject({ kind: 'file', place: file.name, reason: error.message });
}
