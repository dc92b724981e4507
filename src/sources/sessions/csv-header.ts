import { SourceError } from '../../errors.js';
import { type RequiredField, SESSION_FIELDS, type Session } from '../../model/session/session.js';
import type { OpenFilePart } from '../../pipeline/file-part.js';
import { FieldNames } from './field-names.js';

/** Where each column stands. */
export type Header = ReadonlyMap<string, number>;

/** Columns of which one will do. */
const COLUMNS_OF: Readonly<Record<string, readonly string[]>> = {
  placed: ['created_at', 'started_at'],
  identity: ['source_identity'],
};

/**
 * Where each column of a CSV stands. What is to be said of it goes to the part's notes.
 *
 * @throws SourceError when a required column is missing, or one's name is nearly right.
 */
export function headerOf(
  columns: readonly string[],
  required: readonly RequiredField[],
  part: OpenFilePart<Session>,
  name: string,
): Header {
  const header = new Map(columns.map((column, at) => [column, at]));
  checkSeparator(columns);
  const names = new FieldNames();
  const isOfSessions =
    header.has('id') || columns.some((column) => Object.hasOwn(SESSION_FIELDS, column));
  if (isOfSessions || columns.some((column) => /^id$/i.test(column))) names.take(columns);
  for (const field of ['id', ...required]) {
    const columnsOfField = COLUMNS_OF[field] ?? [field];
    if (columnsOfField.some((column) => header.has(column))) continue;
    throw new SourceError(
      field === 'id'
        ? 'neither JSON nor a CSV of sessions: its first line has no column id'
        : `it has no column ${columnsOfField.join(' or ')}, which this command needs`,
    );
  }
  if (header.size < columns.length) throw new SourceError('its header names a column twice');
  if (required.includes('placed') && !header.has('created_at')) {
    part.notes.push(`${name} has no column created_at: started_at stands in for it`);
  }
  part.notes.push(...[names.noteOf(name) ?? []].flat());
  return header;
}

/** Spreadsheets of some countries write semicolons, and others tabs. */
function checkSeparator(columns: readonly string[]): void {
  for (const [separator, what] of [
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ] as const) {
    const parts = columns.flatMap((column) => column.split(separator)).map((part) => part.trim());
    if (parts.length === columns.length) continue;
    if (
      !parts.some((part) => Object.hasOwn(SESSION_FIELDS, part.toLowerCase().replaceAll('"', '')))
    )
      continue;
    throw new SourceError(
      `${what} stand between its columns (${separator === ';' ? ';' : 'TAB'}): save it with commas`,
    );
  }
}
