import type { Writable } from 'node:stream';
import type { Column } from '../model/columns/column.js';
import { exactTimes } from '../model/columns/time-columns.js';
import type { PartitionKey } from '../model/lake/partition.js';
import type { OcsfMapping } from '../model/ocsf/document.js';
import { type Format, type ReportFormat, isParquetName } from '../model/report/format.js';
import type { Sink } from '../pipeline/pipe.js';
import type { StorageOf } from '../storage/storage-of.js';
import type { TableOptions } from './table.js';
import {
  type Piece,
  type Pieces,
  type WritePieces,
  writeToFile,
  writeToStream,
} from './write-text.js';

/** Where rows go and in which form. */
export interface Output {
  readonly format: RowFormat;
  /** A file; undefined is standard output. */
  readonly out: string | undefined;
  /** One file for each partition, in the folder {@link out}. */
  readonly partitionBy?: readonly PartitionKey[] | undefined;
  /** Leave cells that a spreadsheet would run as they are. */
  readonly csvRaw: boolean;
}

/** Standard output, and when to stop. */
export interface Destination {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly signal: AbortSignal;
  /** The version of this program, for formats that say who wrote them. */
  readonly version?: string;
  /** In which storage a file is; on this machine when it is left out. */
  readonly storageOf?: StorageOf;
  /** Is shown the bytes of a file. */
  readonly see?: (bytes: Buffer) => void;
  /** Called before the first row goes to standard output. */
  readonly beforeRows?: () => void;
}

/** What a sink must know of the rows besides. */
export interface Rows<T> extends TableOptions {
  /** The key of the list in a JSON document. */
  readonly list: string;
  readonly columns: readonly Column<T>[];
  /** Their documents in OCSF; left out where OCSF has no class for them. */
  readonly ocsf?: () => Promise<OcsfMapping<T>>;
}

/** The columns that are asked for by name; all when none are. With `all`, each time has nine digits of a second. */
export function chosenColumns<T>(
  all: readonly Column<T>[],
  names: 'audit' | 'all' | readonly string[] | undefined,
): readonly Column<T>[] {
  if (names === undefined) return all;
  if (typeof names === 'string') return exactTimes(all);
  return names.flatMap((name) => all.filter((column) => column.name === name));
}

/** The sink for some options; its module is loaded when rows come. Colour is for standard output alone. */
export function openSink<T>(output: Output, destination: Destination, rows: Rows<T>): Sink<T> {
  const write = openWriter(output, destination);
  const { version } = destination;
  const shown = { ...output, version, isShown: isShown(output, destination) };
  const lineWidth = shown.isShown ? destination.stdout.columns : undefined;
  const options = output.out === undefined ? { ...rows, lineWidth } : { ...rows, color: false };
  return async (source) => (await OPENERS[output.format](options, write, shown))(source);
}

/** Does an output go to a terminal? */
export function isShown({ out }: Pick<Output, 'out'>, { stdout }: Destination): boolean {
  return out === undefined && stdout.isTTY === true;
}

/** Where the text or the bytes of an output go. */
export function openWriter(
  { out }: Pick<Output, 'out'>,
  { stdout, signal, storageOf, see, beforeRows }: Destination,
): WritePieces {
  if (out !== undefined) return writeToFile(out, signal, storageOf?.(out), see);
  const write = writeToStream(stdout, signal);
  return (pieces) => write(announced(pieces, beforeRows));
}

async function* announced(
  pieces: Pieces,
  beforeRows: (() => void) | undefined,
): AsyncGenerator<Piece> {
  let isFirst = true;
  for await (const piece of pieces) {
    if (isFirst) beforeRows?.();
    isFirst = false;
    yield piece;
  }
}

type Opener = <T>(
  rows: Rows<T>,
  write: WritePieces,
  output: Output & { readonly isShown: boolean; readonly version: string | undefined },
) => Promise<Sink<T>>;

/** How rows are written in each format that takes any rows. */
const OPENERS: Readonly<Record<Exclude<Format, ReportFormat>, Opener>> = {
  csv: async ({ columns }, write, output) =>
    (await import('./csv.js')).csv(columns, write, output.csvRaw, output.isShown),
  ndjson: async ({ columns }, write) => (await import('./ndjson.js')).ndjson(columns, write),
  json: async ({ list, columns }, write) => (await import('./json.js')).json(list, columns, write),
  parquet: async ({ columns }, write) => (await import('./parquet.js')).parquet(columns, write),
  ocsf: async ({ ocsf }, write, output) => openOcsf(await ocsf?.(), write, output),
  table: async (rows, write) => (await import('./table.js')).table(rows.columns, write, rows),
};

/**
 * Rows as OCSF: Parquet where the name of the file says so, else NDJSON. Which rows have a class is checked with
 * the options.
 */
export async function openOcsf<T>(
  mapping: OcsfMapping<T> | undefined,
  write: WritePieces,
  { out = '', version }: { readonly out: string | undefined; readonly version: string | undefined },
): Promise<Sink<T>> {
  if (mapping === undefined) throw new Error('OCSF has no class for these rows');
  return isParquetName(out)
    ? (await import('./ocsf-parquet.js')).ocsfParquet(mapping, write, version)
    : (await import('./ocsf.js')).ocsf(mapping.toOcsf, write, version);
}

/** The formats that take any rows. */
export type RowFormat = keyof typeof OPENERS;
