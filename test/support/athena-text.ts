import {
  DuckDBBlobValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';

const NAMES: Readonly<Record<string, string>> = {
  HUGEINT: 'bigint',
  UBIGINT: 'bigint',
  STRUCT: 'row',
  LIST: 'array',
  BLOB: 'varbinary',
};

/** The name that Athena has for the type of a result's column. */
export function columnTypeOf(type: DuckDBType): string {
  if (type.alias !== undefined) return type.alias.toLowerCase();
  const text = String(type);
  if (text.endsWith(']')) return 'array';
  const [name = ''] = text.split('(');
  return NAMES[name] ?? name.toLowerCase();
}

/** A cell as Athena writes it; undefined is NULL. */
export function textOf(value: DuckDBValue, type?: DuckDBType): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number' && String(type) === 'DOUBLE' && Number.isInteger(value)) {
    return value.toFixed(1);
  }
  if (value instanceof DuckDBTimestampValue) return isoOf(value.micros);
  if (value instanceof DuckDBTimestampTZValue) return `${isoOf(value.micros)} UTC`;
  if (value instanceof DuckDBListValue) return `[${value.items.map(inner).join(', ')}]`;
  if (value instanceof DuckDBStructValue) return pairs(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue) {
    return pairs(value.entries.map(({ key, value: held }) => [inner(key), held]));
  }
  if (value instanceof DuckDBBlobValue) {
    return [...value.bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  }
  return String(value);
}

function inner(value: DuckDBValue): string {
  return textOf(value) ?? 'null';
}

function pairs(entries: readonly (readonly [string, DuckDBValue])[]): string {
  return `{${entries.map(([key, value]) => `${key}=${inner(value)}`).join(', ')}}`;
}

function isoOf(micros: bigint): string {
  return new Date(Number(micros / 1000n)).toISOString().replace('T', ' ').replace('Z', '');
}
