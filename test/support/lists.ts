import type { Column, ColumnKind } from '../../src/model/columns/column.js';
import { sessionColumns } from '../../src/model/columns/session-columns.js';
import { PROFILE_COLUMNS } from '../../src/model/report/profile-compliance.js';
import {
  EVENT_COLUMNS,
  FINDING_COLUMNS,
  VERDICT_COLUMNS,
} from '../../src/model/verdict/attributed-verdict.js';

type Named = Pick<Column<never>, 'name' | 'kind'>;

/** The columns of every list of rows, by its name in docs/formats.md. */
export const LISTS = {
  Sessions: sessionColumns('all'),
  Events: EVENT_COLUMNS,
  Verdicts: VERDICT_COLUMNS,
  Findings: FINDING_COLUMNS,
  Profiles: PROFILE_COLUMNS,
} as const satisfies Readonly<Record<string, readonly Named[]>>;

export type ListName = keyof typeof LISTS;

/** What DuckDB calls the type of a column. */
const DUCKDB: Readonly<Record<ColumnKind | 'text', string>> = {
  text: 'VARCHAR',
  time: 'TIMESTAMPTZ',
  count: 'BIGINT',
  rate: 'DOUBLE',
  flag: 'BOOLEAN',
};

/** The lines by which DuckDB reads a list with the types of its columns. */
export function duckdbLines(list: ListName): { readonly csv: string; readonly ndjson: string } {
  const columns: readonly Named[] = LISTS[list];
  const types = columns.map(({ name, kind }) => `${name}: '${DUCKDB[kind ?? 'text']}'`);
  const file = list.toLowerCase();
  const options = `columns = {${types.join(', ')}}`;
  return {
    csv: `FROM read_csv('${file}.csv', ${options});`,
    ndjson: `FROM read_json('${file}.ndjson', ${options});`,
  };
}
