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
}

/** Where bytes lie: a folder, standard input. Whoever reads a file does not know. */
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
}

/** `path` is whole, `below` what comes after the place; parts are separated by `/`. */
export type IsWanted = (path: string, below: string, kind: 'folder' | 'file') => boolean;
