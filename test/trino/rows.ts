import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { filesOf } from '../support/athena-files.js';
import { quoted } from '../support/athena-predicate.js';
import type { AthenaTable } from '../support/athena-tables.js';
import { partsOf } from '../support/athena-types.js';

/** A query in Trino's SQL that gives all rows of a table, with its partition keys as columns. */
export function rowsQuery(table: AthenaTable): string {
  const columns = Object.entries({ ...table.columns, ...table.partitionKeys });
  const rows = filesOf(table).flatMap(({ path, keys }) =>
    recordsIn(path).map((record) => {
      const members = lowered({ ...record, ...keys });
      return columns.map(([name, type]) => valueOf(members.get(name), type));
    }),
  );
  const types = columns.map(([name, type]) => `"${name}" ${carriedTypeOf(type)}`);
  const casts = columns.map(([name, type]) => `CAST("${name}" AS ${typeOf(type)}) AS "${name}"`);
  return `SELECT ${casts.join(', ')}
    FROM UNNEST(CAST(json_parse(${quoted(JSON.stringify(rows))}) AS ARRAY(ROW(${types.join(', ')}))))
    AS rows (${columns.map(([name]) => `"${name}"`).join(', ')})`;
}

function recordsIn(path: string): readonly object[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return (JSON.parse(text) as { readonly Records: readonly object[] }).Records;
}

/** As Hive's JSON SerDe has it, which does not mind the case of names. */
function lowered(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

/** A value as JSON that casts to a Glue type: structs are lists, and in a text may be any JSON. */
function valueOf(value: unknown, glue: string): unknown {
  if (value === undefined || value === null) return null;
  const { outer, parts } = opened(glue);
  if (outer === 'struct') {
    const members = lowered(value);
    return parts.map(fieldOf).map(([name, type]) => valueOf(members.get(name), type));
  }
  if (outer === 'array') return (value as unknown[]).map((item) => valueOf(item, parts[0]!));
  if (outer === 'map') {
    const entries = Object.entries(value).map(([key, held]) => [key, valueOf(held, parts[1]!)]);
    return Object.fromEntries(entries) as unknown;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return outer === 'timestamp' ? text.replace('T', ' ').replace('Z', '') : text;
}

/** The type in which JSON brings a column: times, dates and numbers come as texts. */
function carriedTypeOf(glue: string): string {
  return glue.includes('<') ? typeOf(glue) : 'varchar';
}

/** A Glue type in Trino's words. */
export function typeOf(glue: string): string {
  const { outer, parts } = opened(glue);
  if (outer === 'struct') {
    const fields = parts.map(fieldOf).map(([name, type]) => `"${name}" ${typeOf(type)}`);
    return `ROW(${fields.join(', ')})`;
  }
  if (parts.length > 0) return `${outer}(${parts.map(typeOf).join(', ')})`;
  return { string: 'varchar', int: 'integer', timestamp: 'timestamp(3)' }[outer] ?? outer;
}

function opened(glue: string): { readonly outer: string; readonly parts: readonly string[] } {
  const [, outer = glue.trim(), inner] = /^\s*(\w+)\s*<(.*)>\s*$/s.exec(glue) ?? [];
  return { outer, parts: inner === undefined ? [] : partsOf(inner) };
}

function fieldOf(part: string): readonly [name: string, type: string] {
  const colon = part.indexOf(':');
  return [part.slice(0, colon).trim(), part.slice(colon + 1)];
}
