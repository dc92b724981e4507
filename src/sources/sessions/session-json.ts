import { SourceError } from '../../errors.js';
import { type RequiredField, type Session, TABLE_FIELDS } from '../../model/session/session.js';
import {
  type FilePart,
  type OpenFilePart,
  countIn,
  newFilePart,
} from '../../pipeline/file-part.js';
import type { Envelope } from '../../text/json/json-rows.js';
import { type JsonText, placeOf, readJsonTexts, valuesOf } from '../../text/json/json-texts.js';
import { fingerprint } from '../redacted.js';
import { FieldNames } from './field-names.js';
import { type RowReader, fieldsOfItem, fieldsOfObject, takeRow } from './session-rows.js';
import { SESSION_LISTS, isBareRow, rowOfEnvelope, unwrapSession } from './unwrap-session.js';

/** A row, and where it stands. */
interface PlacedRow {
  readonly row: object;
  readonly place: () => string;
}

/**
 * The sessions of JSON, laid out in any way and of any length: documents (`{"sessions":[…]}`, the answers of
 * DynamoDB), lists, and objects on lines or one after the other; what carries a row is taken off.
 *
 * @throws SourceError when the JSON is not whole, when a saved answer says that it is not all, or for a field
 *   whose name is nearly right.
 */
export async function* readSessionJson(
  bytes: AsyncIterable<Buffer>,
  shape: 'lines' | 'values',
  name: string,
  required: readonly RequiredField[],
): AsyncGenerator<FilePart<Session>> {
  const names = new FieldNames();
  const pages = new Pages();
  const plain = readerOf(fieldsOfObject, required);
  const typed = readerOf(fieldsOfItem, TABLE_FIELDS);
  let hasTable = false;

  const takeFound = (row: object, place: () => string, part: OpenFilePart<Session>): void => {
    names.take(Object.keys(row));
    takeRow({ row, place }, part, isTyped(row) ? typed : plain);
  };
  const takeEnvelope = (
    envelope: Envelope,
    place: () => string,
    part: OpenFilePart<Session>,
  ): void => {
    const row = rowOfEnvelope(envelope);
    if (row === undefined) pages.take(envelope);
    else takeFound(row, place, part);
  };
  const take = (text: JsonText, part: OpenFilePart<Session>): void => {
    const place = (): string => placeOf(name, text);
    const reject = (reason: string): void => {
      countIn(part, 'rows');
      part.rejects.push({ kind: 'row', place: place(), reason, raw: fingerprint(text.bytes) });
    };
    const { values, envelopes, broken } = valuesOf(text, SESSION_LISTS);
    for (const envelope of envelopes) takeEnvelope(envelope, place, part);
    for (const value of values) {
      if (isBareRow(value)) {
        takeFound(value, place, part);
        continue;
      }
      pages.takeWhole(value);
      for (const found of unwrapSession(value)) {
        if (found.kind === 'row') {
          takeFound(found.row, place, part);
        } else if (found.kind === 'broken') {
          reject(found.reason);
        } else if (found.kind === 'table') {
          hasTable = true;
        } else {
          countIn(part, 'bareDeletions');
        }
      }
    }
    if (broken !== undefined) reject(broken);
  };

  for await (const { texts, envelopes } of readJsonTexts(bytes, shape, SESSION_LISTS)) {
    const part = newFilePart<Session>();
    try {
      for (const text of texts) take(text, part);
      for (const envelope of envelopes) takeEnvelope(envelope, () => name, part);
    } catch (error) {
      yield part; // what came before is good
      throw error;
    }
    yield part;
  }
  const notes = [
    ...(hasTable ? [`${name} describes a table and holds no sessions: it is not read`] : []),
    ...[names.noteOf(name) ?? []].flat(),
  ];
  yield { ...newFilePart(), notes };
  pages.check();
}

function readerOf(
  fieldsOf: RowReader<object>['fieldsOf'],
  required: readonly RequiredField[],
): RowReader<PlacedRow> {
  return {
    fieldsOf: ({ row }) => fieldsOf(row),
    required,
    placeOf: ({ place }) => place(),
    rawOf: ({ row }) => row,
  };
}

function isTyped(row: object): boolean {
  const id: unknown = (row as { id?: unknown }).id;
  return typeof id === 'object' && id !== null;
}

/** The answers of DynamoDB in one file: one that was saved in part would make sessions vanish. */
class Pages {
  #token: unknown;
  #wrong: string | undefined;

  take({ value, rows }: Envelope): void {
    if (!Object.hasOwn(value, 'Items')) return;
    const { Count, NextToken, LastEvaluatedKey } = value;
    this.#token = NextToken ?? LastEvaluatedKey ?? undefined;
    if (typeof Count === 'number' && Count !== rows) {
      this.#wrong ??= `it promises ${Count} items and has ${rows}: it was cut or joined`;
    }
  }

  /** An answer that is a row of the file by itself. */
  takeWhole(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const { UnprocessedKeys, Items } = value as Envelope['value'];
    if (typeof UnprocessedKeys === 'object' && Object.keys(UnprocessedKeys ?? {}).length > 0) {
      this.#wrong ??= 'some keys of this batch-get-item were not processed: ask for them again';
    }
    const page = {
      value: value as Envelope['value'],
      rows: Array.isArray(Items) ? Items.length : 0,
    };
    if (Array.isArray(Items) && rowOfEnvelope(page) === undefined) this.take(page);
  }

  check(): void {
    if (this.#wrong !== undefined) throw new SourceError(this.#wrong);
    if (this.#token === undefined) return;
    throw new SourceError(
      'this answer was saved in part, for the last page has a token: run it without --max-items and --no-paginate, or save the pages after it too',
    );
  }
}
