import { ValueError } from '../errors.js';
import { type Json, jsonObjectIn, membersOf, optional } from '../model/saved-document.js';
import { formatInstant, parseInstant } from '../model/time/instant.js';
import type { Window } from '../model/time/window.js';
import type { Key } from '../sources/dynamodb/ask-page.js';
import type { SegmentPosition } from '../sources/dynamodb/table-pages.js';
import type { QueryPlan, TablePlan } from '../sources/dynamodb/table-plan.js';

/** What was asked for, by the names of options; what was not given is null. */
export type Asked = Readonly<Record<string, string | null>>;

/** Rows that the pages up to the positions had. */
export interface RowTotals {
  readonly read: number;
  readonly rejected: number;
  readonly exported: number;
}

/** How far an export of a table has come. A value; it is replaced as a whole. */
export interface ExportCheckpoint {
  readonly asked: Asked;
  /** As it was when the export began: `90d` is measured back from then. */
  readonly window: Window;
  readonly table: { readonly arn: string; readonly id: string };
  readonly plan: TablePlan;
  /** How far each segment of the plan has been read. */
  readonly positions: readonly SegmentPosition[];
  readonly totals: RowTotals;
  /**
   * The file that holds the rows, beside the output; what is longer than this is not counted. By its inode it is
   * known again when it has the name of the output.
   */
  readonly part: { readonly name: string; readonly bytes: number; readonly inode: number };
}

/** What one page adds: the rows up to it are in the part, on disk. */
export interface SavedPage {
  readonly segment: number;
  readonly position: SegmentPosition;
  /** Of all pages so far. */
  readonly totals: RowTotals;
  readonly part: ExportCheckpoint['part'];
}

const FORMAT = 'sentinel-audit checkpoint';
const VERSION = 1;
const { objectOf, listOf, textOf, countOf, damaged } = membersOf('it');

/** A whole checkpoint on one line. */
export function formatCheckpoint(checkpoint: ExportCheckpoint): string {
  const { window, positions, ...rest } = checkpoint;
  const document = {
    format: FORMAT,
    version: VERSION,
    ...rest,
    window: {
      since: window.since && formatInstant(window.since),
      until: window.until && formatInstant(window.until),
    },
    segments: positions.map(formatPosition),
  };
  return `${JSON.stringify(document)}\n`;
}

/** A page on one line. */
export function formatPage({ segment, position, totals, part }: SavedPage): string {
  return `${JSON.stringify({ segment, ...formatPosition(position), totals, part })}\n`;
}

/**
 * The checkpoint in a file: a line for the whole, lines for the pages since then, and the same for each run that
 * went on with it. The last line of a killed run may be torn: it counts for nothing.
 *
 * @throws ValueError where it is none, or damaged.
 */
export function parseCheckpoint(text: string): ExportCheckpoint {
  const lines = text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== '');
  let checkpoint: ExportCheckpoint | undefined;
  for (const [at, line] of lines.entries()) {
    const document = jsonObjectIn(line);
    if (document?.['format'] === FORMAT) checkpoint = wholeOf(document);
    else if (checkpoint === undefined) break;
    else if (document !== undefined) checkpoint = withPage(checkpoint, pageOf(document));
    else if (!(lines[at + 1] ?? '').startsWith('{"format"')) throw damaged(`line ${at + 1}`);
  }
  if (checkpoint === undefined) throw new ValueError('it is no checkpoint');
  return checkpoint;
}

/**
 * The checkpoint when a page has come, too. One of another part was saved by a run that another one has replaced: its
 * rows are not in the part that counts.
 */
export function withPage(checkpoint: ExportCheckpoint, page: SavedPage): ExportCheckpoint {
  const { segment, position, totals, part } = page;
  if (part.name !== checkpoint.part.name) return checkpoint;
  if (segment >= checkpoint.positions.length) throw damaged('segment');
  return { ...checkpoint, positions: checkpoint.positions.with(segment, position), totals, part };
}

function wholeOf(document: Json): ExportCheckpoint {
  const { version } = document;
  if (typeof version !== 'number') throw damaged('version');
  if (version !== VERSION) {
    throw new ValueError(`it has version ${version}, and this program reads ${VERSION}`);
  }
  const window = objectOf(document['window'], 'window');
  const table = objectOf(document['table'], 'table');
  const plan = planOf(objectOf(document['plan'], 'plan'));
  const positions = listOf(document['segments'], 'segments').map(positionOf);
  if (positions.length !== segmentsOf(plan)) throw damaged('segments');
  return {
    asked: askedOf(objectOf(document['asked'], 'asked')),
    window: {
      since: optional(window['since'], instantOf, 'window.since'),
      until: optional(window['until'], instantOf, 'window.until'),
    },
    table: { arn: textOf(table['arn'], 'table.arn'), id: textOf(table['id'], 'table.id') },
    plan,
    positions,
    totals: totalsOf(document),
    part: partOf(document),
  };
}

function pageOf(document: Json): SavedPage {
  return {
    segment: countOf(document['segment'], 'segment'),
    position: positionOf(document),
    totals: totalsOf(document),
    part: partOf(document),
  };
}

function partOf(document: Json): ExportCheckpoint['part'] {
  const part = objectOf(document['part'], 'part');
  return {
    name: nameOf(part['name']),
    bytes: countOf(part['bytes'], 'part.bytes'),
    inode: countOf(part['inode'], 'part.inode'),
  };
}

function totalsOf(document: Json): RowTotals {
  const totals = objectOf(document['totals'], 'totals');
  return {
    read: countOf(totals['read'], 'totals.read'),
    rejected: countOf(totals['rejected'], 'totals.rejected'),
    exported: countOf(totals['exported'], 'totals.exported'),
  };
}

function formatPosition({ after, isDone }: SegmentPosition): object {
  return isDone ? { done: true } : { after };
}

function positionOf(document: Json): SegmentPosition {
  const after = optional(document['after'], objectOf, 'after') as Key | undefined;
  return { after, isDone: document['done'] === true };
}

/** How many segments a plan has. */
export function segmentsOf(plan: TablePlan): number {
  return plan.kind === 'scan' ? plan.segments : 1;
}

function planOf(plan: Json): TablePlan {
  if (plan['kind'] === 'scan') {
    const segments = countOf(plan['segments'], 'plan.segments');
    return { kind: 'scan', segments, missing: undefined };
  }
  const key = textOf(plan['key'], 'plan.key') as QueryPlan['key'];
  if (plan['kind'] !== 'query') throw damaged('plan.kind');
  return {
    kind: 'query',
    index: textOf(plan['index'], 'plan.index'),
    key,
    value: textOf(plan['value'], 'plan.value'),
    from: optional(plan['from'], textOf, 'plan.from'),
    to: optional(plan['to'], textOf, 'plan.to'),
  };
}

function askedOf(asked: Json): Asked {
  return Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [
      name,
      value === null ? null : textOf(value, `asked.${name}`),
    ]),
  );
}

/** The file lies beside the output, and nowhere else. */
function nameOf(value: unknown): string {
  const name = textOf(value, 'part.name');
  if (/^\.[^/\\\0]+\.part$/.test(name)) return name;
  throw damaged('part.name');
}

function instantOf(value: unknown, where: string): NonNullable<Window['since']> {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant === undefined) throw damaged(where);
  return instant;
}
