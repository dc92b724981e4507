import { SourceError } from '../../errors.js';
import { type Session, type SessionRow, TABLE_FIELDS } from '../../model/session/session.js';
import type { Batch, Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { ReadBudget } from '../../aws/read-budget.js';
import { repeatedTokenCheck } from '../../aws/repeated-token.js';
import type { FieldNames } from '../sessions/field-names.js';
import { fieldsOfItem, parseSessions } from '../sessions/session-rows.js';
import type { AskPage, Item, Key } from './ask-page.js';
import type { NewestSoFar } from './newest-so-far.js';
import { PlainItem } from './plain-item.js';

/** How far a segment of a table has been read; a Query is one segment. */
export interface SegmentPosition {
  /** The key that the last page ended with; undefined where none was read. */
  readonly after?: Key | undefined;
  /** Read to its end. */
  readonly isDone: boolean;
}

/** A page of a segment, and how far the segment has been read with it. */
export interface TablePage {
  readonly rows: Batch<Session>;
  /** Rows of the page, bad ones among them. */
  readonly read: number;
  readonly segment: number;
  readonly position: SegmentPosition;
}

/** How the pages of a table are read. */
export interface Reading {
  readonly table: string;
  readonly budget: ReadBudget | undefined;
  readonly names: FieldNames;
  readonly mostRows?: number;
  readonly newest?: NewestSoFar;
}

/** Rows of a page. DynamoDB would put thousands of small ones into its 1 MB, and a page of each segment is held. */
export const MOST_ROWS = 1000;

/** Page after page of a segment until an answer names no further key: an empty page is not the end. */
export async function* pagesOf(
  askPage: AskPage,
  segment: number,
  start: SegmentPosition | undefined,
  { table, budget, names, mostRows = MOST_ROWS, newest }: Reading,
  context: ReadContext,
): Source<TablePage> {
  const { meter, signal } = context;
  let after = start?.after;
  const isRepeated = repeatedTokenCheck();
  if (after !== undefined) isRepeated(JSON.stringify(after));
  do {
    const allowed = await budget?.take(mostRows, signal);
    const page = await askPage(after, allowed?.limit ?? mostRows);
    if (!Array.isArray(page.Items))
      throw new SourceError(`table ${table}: an answer without items`);
    if (page.Count !== undefined && page.Count !== page.Items.length) {
      const items = page.Items.length;
      throw new SourceError(
        `table ${table}: an answer of ${items} items that counts ${page.Count}`,
      );
    }
    const consumed = page.ConsumedCapacity?.CapacityUnits ?? 0;
    if (allowed) budget?.settle(allowed.reserved, consumed, page.ScannedCount ?? 0);
    meter.pages++;
    meter.readUnits += consumed;
    after = page.LastEvaluatedKey;
    if (after !== undefined && isRepeated(JSON.stringify(after))) {
      throw new SourceError(`table ${table}: the same LastEvaluatedKey again, it would never end`);
    }
    for (const item of page.Items) {
      // One of which only values were read has no other names than known ones.
      if (!(item instanceof PlainItem)) names.note(Object.keys(item ?? {}));
    }
    const rows = parseSessions(page.Items, context, {
      fieldsOf,
      required: TABLE_FIELDS,
      placeOf: (item) => `table ${table}, id ${keyOf(wholeOf(item))}`,
      idOf: (item) => wholeOf(item)?.['id']?.S,
      rawOf: wholeOf,
    });
    const position = { after, isDone: after === undefined };
    yield [{ rows, read: page.Items.length, segment, position }];
    newest?.add(rows);
  } while (after !== undefined && newest?.isWhole(after['created_at']?.S) !== true);
  if (after !== undefined) meter.isCut = true;
}

function fieldsOf(item: Item): SessionRow {
  return item instanceof PlainItem ? item.values : fieldsOfItem(item);
}

function wholeOf(item: Item): Key {
  return item instanceof PlainItem ? item.whole() : item;
}

function keyOf(item: Key): string {
  return item?.['id']?.S ?? JSON.stringify(item?.['id'] ?? null);
}
