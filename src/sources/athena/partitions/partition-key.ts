import type { TableMetadata } from '@aws-sdk/client-athena';
import { type DateForm, dateForm } from './date-form.js';

/** A partition key, and what its projection says of it. */
export interface PartitionKey {
  /** In lower case. */
  readonly name: string;
  /** The Glue type, in lower case: `string`. */
  readonly type: string;
  readonly projection: Projection | undefined;
}

/** Athena User Guide, "Supported types for partition projection". Texts are as the table has them. */
interface Projection {
  /** `enum`, `integer`, `date`, `injected`; empty where nothing is said. */
  readonly type: string;
  readonly range: string;
  readonly values: readonly string[];
  readonly form: DateForm | undefined;
}

/** Keys that people give whole days to. */
export const DAY_NAMES = [
  'day',
  'date',
  'dt',
  'eventday',
  'event_date',
  'ingest_date',
  'timestamp',
];

/**
 * The partition keys of a table, in their order. A view has none: its columns whose names are those of days stand for
 * the keys of the table below it.
 */
export function partitionKeysOf({
  PartitionKeys: declared = [],
  Columns: columns = [],
  Parameters: parameters = {},
  TableType: kind,
}: TableMetadata): readonly PartitionKey[] {
  const keys = kind === 'VIRTUAL_VIEW' ? columns.filter(isOfDays) : declared;
  const property = (name: string): string => (parameters[name] ?? '').trim();
  const isProjected = property('projection.enabled').toLowerCase() === 'true';
  return keys.map(({ Name = '', Type = 'string' }) => {
    const name = Name.toLowerCase();
    const of = (what: string): string => property(`projection.${name}.${what}`);
    const values = of('values')
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '');
    const projection = {
      type: of('type').toLowerCase(),
      range: of('range'),
      values,
      form: dateForm(of('format')),
    };
    return { name, type: Type.toLowerCase(), projection: isProjected ? projection : undefined };
  });
}

function isOfDays({ Name = '' }: { readonly Name?: string | undefined }): boolean {
  return ['year', 'month', ...DAY_NAMES].includes(Name.toLowerCase());
}
