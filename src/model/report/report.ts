import type { Source } from '../../pipeline/pipe.js';
import type { Column } from '../columns/column.js';
import type { CallerIdentity } from '../coverage/caller-identity.js';
import type { OcsfMapping } from '../ocsf/document.js';
import type { Instant } from '../time/instant.js';
import type { Caveat } from './caveat.js';

/** Members of a JSON document; undefined ones are left out. */
export type Fields = Readonly<Record<string, unknown>>;

/** Rows of a report under the name that JSON gives them. The rows may be read again. */
interface ReportList<R> {
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly rows: () => Source<R>;
}

/** One part of a report as a person reads it, without rows. */
export type TextPart =
  | {
      readonly kind: 'facts';
      readonly title: string;
      /** A label and its value on each line. */
      readonly facts: readonly (readonly [label: string, value: string])[];
    }
  | { readonly kind: 'lines'; readonly title: string; readonly lines: readonly string[] };

/** One part of a report as a person reads it. */
export type ReportPart<R> =
  | TextPart
  | {
      readonly kind: 'entries';
      readonly title: string;
      readonly rows: () => Source<R>;
      readonly entryOf: (row: R) => Entry;
    }
  | {
      readonly kind: 'table';
      readonly title: string;
      readonly rows: () => Source<R>;
      readonly columns: readonly Column<R>[];
    };

/** One row over several lines: its head, and its fields. All entries of a part have the same labels in one order. */
export interface Entry {
  readonly head: string;
  readonly fields: readonly (readonly [label: string, value: string | undefined])[];
}

/** What a row says where a report is shown beside code: an error or a warning. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
}

/**
 * What an audit reports: a value, which any format can write. Text in it is as it was read, and may be
 * hostile; whoever writes it escapes it.
 */
export interface Report<R> {
  readonly title: string;
  /** Who asked AWS. */
  readonly identity: CallerIdentity | undefined;
  readonly window: { readonly since: Instant; readonly until: Instant };
  /** The rows, and a second list that only documents have. */
  readonly list: ReportList<R>;
  readonly also?: ReportList<R>;
  /** Members of the JSON document before and after its lists. */
  readonly head: Fields;
  readonly tail: Fields;
  /** What a person reads, in this order. */
  readonly parts: readonly ReportPart<R>[];
  /** The last line that a person reads. */
  readonly result: string;
  /** Lines that stand beside the rows, where they are written alone. */
  readonly summary: readonly string[];
  /** The rows of either list in OCSF. */
  readonly ocsf?: OcsfMapping<R>;
  readonly annotationOf?: (row: R) => Annotation | undefined;
  /** Annotations that are of no row. */
  readonly annotations?: readonly Annotation[];
  /** How many findings of those there are that make a run fail. */
  readonly findings: number;
  readonly caveats: readonly Caveat[];
}
