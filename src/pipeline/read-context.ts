/** A row, or a whole file, that could not be understood. */
export interface Reject {
  /** A row is one row fewer; a file is one that could not be read to its end. */
  readonly kind: 'row' | 'file';
  /** File and line or record number; table and key. */
  readonly place: string;
  readonly reason: string;
  /** The key of a row of a table, where it has one. */
  readonly id?: string | undefined;
  /** The row without credentials, or length and SHA-256 of what could not be parsed and so not be redacted. */
  readonly raw?: unknown;
}

/** What reading has cost and met so far. Every row read is delivered, replaced by a newer one, or rejected. */
export class Counters {
  /** Session rows read, bad ones among them. */
  rows = 0;
  /** Role events read, before anything is left out of them. */
  events = 0;
  /** Rows that could not be understood. */
  rejected = 0;
  /** Rows of a session of which a newer row was read. */
  superseded = 0;
  /** Files that were opened. */
  files = 0;
  /** Files that could not be read to their end. */
  brokenFiles = 0;
  /** Deletions in an incremental export that say nothing of the session but its key. */
  bareDeletions = 0;
  /** Answers of Scan and Query. */
  pages = 0;
  /** Answers of BatchGetItem. */
  lookups = 0;
  /** Capacity that DynamoDB says it consumed, in read units. */
  readUnits = 0;
  /** Requests to S3, and the bytes that they brought or took away. */
  storageRequests = 0;
  storageBytes = 0;
  /** Athena queries that were run. */
  queries = 0;
  /** Bytes that the Athena query now running has scanned; undefined while none is. */
  scanning: number | undefined = undefined;
  /** Bytes that Athena says it scanned, in all queries that are over. */
  scannedBytes = 0;
  /** What those cost, about, in US dollars. */
  dollars = 0;
  /** Requests that were sent again. */
  retries = 0;
  /** Could something not be asked for at all, such as what lies beyond CloudTrail's horizon? */
  clipped = false;
  /** Regions that refused to be read, while others were. */
  unreadRegions = 0;
  /** Did reading end before the last row, because no more rows were needed? */
  isCut = false;
  /** How much of the window has been read, 0 to 1; undefined when nobody can tell. */
  share: number | undefined = undefined;
  /** How many rows the table is said to hold; undefined when nobody said. */
  expected: number | undefined = undefined;

  /** Has everything been read and understood? */
  get complete(): boolean {
    return (
      this.rejected === 0 && this.brokenFiles === 0 && !this.clipped && this.unreadRegions === 0
    );
  }
}

/** What a source needs besides its options: where to count, where to complain, when to stop. */
export interface ReadContext {
  readonly meter: Counters;
  /** Takes what could not be understood, and counts it. Throws when the run is to stop at the first. */
  readonly reject: (reject: Reject) => void;
  /** Tells the user something once. */
  readonly note: (text: string) => void;
  /** Tells a user who asked for it how things are done. */
  readonly detail: (text: string) => void;
  /** Did the user ask for it? Finding a detail out may take requests. */
  readonly isVerbose?: boolean;
  /** Says that the run waits, where nothing else shows it. */
  readonly waiting?: (text: string) => void;
  /** Asks the user at the terminal, showing the question; undefined where there is none. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Aborted with an {@link Interruption}: stop at once. */
  readonly signal: AbortSignal;
}
