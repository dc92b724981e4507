import type { Writable } from 'node:stream';

/** One file to read, wherever its bytes lie. */
export interface StoredFile {
  /** Its whole path, the same by whatever way the file was reached, and another for any other. */
  readonly id: string;
  /** What messages call it. */
  readonly name: string;
  /** Its bytes as they lie there. @throws SourceError, when they are read. */
  readonly open: (signal: AbortSignal) => AsyncIterable<Buffer>;
  /** May it be opened more than once? */
  readonly rereadable: boolean;
  /** Is it a copy of what could be opened once, such as a pipe? */
  readonly isCopy?: true;
  /** Its path as bytes, of a file of this machine. */
  readonly path?: Buffer;
  /** In bytes, where a listing says it. */
  readonly size?: number | undefined;
  /** All its bytes as they lie there, where it is small and they are there to be read; undefined for any doubt. */
  readonly atOnce?: () => Buffer | undefined;
  /** Does it take so long until its first byte comes that several should be under way at once? */
  readonly isFar?: true;
}

/** A file that is being written. It appears under its name when it is kept, and not before. */
export interface NewFile {
  /** Takes its bytes, no faster than they are taken. */
  readonly stream: Writable;
  /** All bytes were taken: the file appears, in place of any other of its name. @throws SinkError */
  readonly keep: () => Promise<void>;
  /** Leaves nothing behind where the file was not kept. */
  readonly discard: () => Promise<void>;
}

/** What lies directly in a place. */
export interface Level {
  /** Places, each with a `/` at its end. */
  readonly folders: readonly string[];
  readonly files: readonly StoredFile[];
}

/** A small file that several runs may replace, and what tells whether one of them has. */
export interface SharedText {
  readonly text: string;
  readonly version: string;
}

/** Where bytes lie: a folder, S3, standard input. Whoever reads a file does not know. */
export interface Storage {
  /**
   * The files at a place and below it, in order of their paths. What is not wanted is neither listed nor
   * entered: `isWanted` is asked for each folder and file below the place. What a place names by itself is
   * given in any case.
   *
   * @throws SourceError when it cannot be listed.
   */
  readonly list: (place: string, isWanted: IsWanted) => AsyncIterable<StoredFile>;
  /**
   * The file at a relative path, parts separated by `/`, from the folder in which another file lies, there
   * or not; undefined where that leads out of this folder and the one above.
   */
  readonly beside: (file: StoredFile, path: string) => Promise<StoredFile | undefined>;
  /** The file of exactly this place, there or not: where listing it is a request. */
  readonly at?: (place: string) => Promise<StoredFile>;
  /** What lies directly in a place: where listing all below it is dear, as in S3. */
  readonly level?: (place: string) => Promise<Level>;
  /** Makes a folder for files to be, where folders have to be made; only its owner can enter it. */
  readonly makeFolder?: (place: string) => Promise<void>;
  /** Begins a file at a place, in a storage that can be written to. @throws SinkError */
  readonly create?: (place: string, signal: AbortSignal) => Promise<NewFile>;
  /** A small file at a place; undefined where there is none. @throws SourceError */
  readonly readShared?: (place: string, signal: AbortSignal) => Promise<SharedText | undefined>;
  /**
   * Replaces a small file, or makes it where `version` is undefined: false, and nothing changed, where it is not
   * of this version any more. @throws SourceError or SinkError
   */
  readonly replaceShared?: (
    place: string,
    text: string,
    version: string | undefined,
    signal: AbortSignal,
  ) => Promise<boolean>;
  /** Removes a file, there or not. */
  readonly remove?: (place: string, signal: AbortSignal) => Promise<void>;
}

/** `path` is whole, `below` what comes after the place; parts are separated by `/`. */
export type IsWanted = (path: string, below: string, kind: 'folder' | 'file') => boolean;
