import { ValueError } from '../../errors.js';
import type { Span } from '../coverage/span.js';
import { type Json, jsonObjectIn, membersOf, optional } from '../saved-document.js';
import { formatInstant, parseInstant } from '../time/instant.js';

/** The file in which an archive keeps its record, and the folder beside it in which its rows lie. */
export const RECORD_NAME = 'archive.json';
export const ROWS_FOLDER = 'sessions';

/** What the file says of itself: others may have its name. */
const FORMAT = 'sentinel-audit archive';
const VERSION = 1;

const { objectOf, listOf, textOf, countOf, damaged } = membersOf('the record of the archive');

/** How far a shard of the stream has been read. */
export interface ShardPosition {
  readonly shard: string;
  /** The sequence number of the last record that was read; undefined where there was none. */
  readonly after?: string | undefined;
  /** When DynamoDB wrote that record, in seconds since 1970. */
  readonly at?: number | undefined;
  /** Closed, and read to its end. */
  readonly isDone: boolean;
}

/** A file of rows, and what it must be. */
export interface ArchiveFile {
  /** Below the folder of the record: `sessions/….ndjson.gz`. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
  /** The day on which all of its sessions were created, where it was made of others: `2026-01-20`. */
  readonly day?: string | undefined;
}

/** A time of which sessions may be missing. Seconds since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** What an archive holds, and how far it has read. A value; it is replaced as a whole. */
export interface ArchiveRecord {
  readonly table: { readonly name: string; readonly arn: string; readonly id: string };
  /** The ARN of the stream that is followed. */
  readonly stream: string;
  /** Times of which all sessions are there, in their order. Each begins with a read of the whole table. */
  readonly spans: readonly Span[];
  readonly gaps: readonly Gap[];
  readonly positions: readonly ShardPosition[];
  /** Names of files that were merged into others: they are not part of it, and removed by the next merge. */
  readonly merged: readonly string[];
  /** In the order in which they were written: of two equally new rows of a session, the later one counts. */
  readonly files: readonly ArchiveFile[];
}

/** The text of a record. */
export function formatRecord(record: ArchiveRecord): string {
  const { table, stream, spans, gaps, positions, merged, files } = record;
  const document = {
    format: FORMAT,
    version: VERSION,
    table,
    stream,
    spans: spans.map(({ from, to, completeReadAt }) => ({
      from: timeText(from),
      to: timeText(to),
      ...(completeReadAt !== undefined && { complete_read_at: timeText(completeReadAt) }),
    })),
    gaps: gaps.map(({ from, to, reason }) => ({ from: timeText(from), to: timeText(to), reason })),
    shards: positions.map(({ shard, after, at, isDone }) => ({
      shard,
      after,
      ...(at !== undefined && { at: timeText(at) }),
      done: isDone,
    })),
    merged,
    files,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * The record in a text; undefined where it is none, as a file of the same name may be.
 *
 * @throws ValueError for a record that is damaged, or that a later version wrote.
 */
export function parseRecord(text: string): ArchiveRecord | undefined {
  const document = jsonObjectIn(text);
  if (document?.['format'] !== FORMAT) return undefined;
  if (document['version'] !== VERSION) {
    const { version } = document;
    if (typeof version !== 'number') throw damaged('version');
    throw new ValueError(`the archive has version ${version}, and this program reads ${VERSION}`);
  }
  const table = objectOf(document['table'], 'table');
  return {
    table: {
      name: textOf(table['name'], 'table.name'),
      arn: textOf(table['arn'], 'table.arn'),
      id: textOf(table['id'], 'table.id'),
    },
    stream: textOf(document['stream'], 'stream'),
    spans: someOf(document['spans'], 'spans').map((span) => ({
      from: timeOf(span['from'], 'spans.from'),
      to: timeOf(span['to'], 'spans.to'),
      completeReadAt: optional(span['complete_read_at'], timeOf, 'spans.complete_read_at'),
    })),
    gaps: listOf(document['gaps'], 'gaps').map((gap) => ({
      from: timeOf(gap['from'], 'gaps.from'),
      to: timeOf(gap['to'], 'gaps.to'),
      reason: textOf(gap['reason'], 'gaps.reason'),
    })),
    positions: listOf(document['shards'], 'shards').map((shard) => ({
      shard: textOf(shard['shard'], 'shards.shard'),
      after: optional(shard['after'], textOf, 'shards.after'),
      at: optional(shard['at'], timeOf, 'shards.at'),
      isDone: shard['done'] === true,
    })),
    merged: namesOf(document['merged']),
    files: listOf(document['files'], 'files').map((file) => ({
      name: nameOf(file['name']),
      rows: countOf(file['rows'], 'files.rows'),
      bytes: countOf(file['bytes'], 'files.bytes'),
      sha256: textOf(file['sha256'], 'files.sha256'),
      day: optional(file['day'], textOf, 'files.day'),
    })),
  };
}

/** Each archive begins with one. */
function someOf(value: unknown, where: string): readonly Json[] {
  const list = listOf(value, where);
  if (list.length === 0) throw damaged(where);
  return list;
}

/** A file of the archive lies nowhere else. */
function nameOf(value: unknown): string {
  const name = textOf(value, 'files.name');
  if (/^sessions\/[\w.-]+$/.test(name)) return name;
  throw damaged('files.name');
}

function namesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw damaged('merged');
  return value.map(nameOf);
}

function timeOf(value: unknown, where: string): number {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant === undefined) throw damaged(where);
  return instant.seconds + instant.nanos / 1e9;
}

/** A time as text; parts of a millisecond are left out. */
function timeText(seconds: number): string {
  const whole = Math.floor(seconds);
  const millis = Math.floor((seconds - whole) * 1000 + 1e-6);
  return formatInstant({ seconds: whole, nanos: millis * 1_000_000 });
}
