import { closeSync, constants, fchmodSync, fstatSync, openSync, writeFileSync } from 'node:fs';
import { SinkError } from '../errors.js';
import { printableJson } from '../text/terminal-text.js';
import type { Reject } from '../pipeline/read-context.js';

/** Keeps what was rejected. */
export interface RejectsFile {
  /** Written before it returns: a crash loses none. */
  readonly write: (reject: Reject) => void;
  readonly close: () => void;
}

const WITHOUT_WAITING = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Opens a new file of rejects, NDJSON of `{place, reason, raw}`, readable by its owner alone.
 *
 * @throws SinkError when it cannot be created; `write` when it cannot be written.
 */
export function openRejects(path: string): RejectsFile {
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new SinkError(`the rejects could not be written to ${path}: ${why}`, { cause: error });
    }
  };
  // A pipe that nobody reads would block the program, which then hears no signal: without waiting it fails.
  const early = attempt(() => openSync(path, WITHOUT_WAITING, 0o600));
  const file = attempt(() => openSync(path, 'w', 0o600));
  closeSync(early);
  attempt(() => {
    if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
  });
  return {
    write: ({ place, reason, raw }) => {
      const line = printableJson(JSON.stringify({ place, reason, raw }));
      attempt(() => writeFileSync(file, `${line}\n`));
    },
    close: () => closeSync(file),
  };
}
