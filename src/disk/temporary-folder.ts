import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SinkError } from '../errors.js';

/** A new folder that only its owner can enter. @throws SinkError */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'sentinel-audit-')).catch((error: unknown) => {
    throw unwritable(error);
  });
}

/** What is said when a temporary file cannot be made or written. */
export function unwritable(cause: unknown): SinkError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SinkError(`temporary file: ${why}`, {
    cause,
    hint: 'set TMPDIR to a folder with room',
  });
}
