import type { Window } from '../../../model/time/window.js';
import type { StoredFile } from '../../../storage/storage.js';

/** A log file, and what is known of it before it is read. */
export interface LogFile extends StoredFile {
  /** The day on which it was delivered, where its path tells: `2026-01-20`. */
  readonly day: string | undefined;
  /** How much of all there is to read is read when this file is, 0 to 1. */
  readonly share: number;
}

/** Which files of some places are log files to read. */
export interface LogPlaces {
  /** Folders and files; what `storageOf` knows. */
  readonly places: readonly string[];
  readonly window: Window;
  /** Patterns of paths that are left out. */
  readonly exclude?: readonly string[] | undefined;
  /** Only files of these accounts and regions, as far as their paths tell. */
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
}
