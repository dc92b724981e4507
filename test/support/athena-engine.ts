import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { filesOf } from './athena-files.js';
import { misusedAliases } from './athena-names.js';
import { bind } from './athena-parameters.js';
import { predicatesOn, quoted, treeOf } from './athena-predicate.js';
import type { AthenaTable } from './athena-tables.js';
import { columnTypeOf, textOf } from './athena-text.js';
import { duckTypeOf, recordTypeOf } from './athena-types.js';
import { scratch } from './cli.js';
import { TRINO_FUNCTIONS } from './trino-functions.js';

/** What came of a query. */
export interface Outcome {
  readonly columns: readonly { readonly Name: string; readonly Type: string }[];
  /** Undefined is NULL. */
  readonly rows: readonly (readonly (string | undefined)[])[];
  /** Sizes of the files in the partitions that the query admits, each once. */
  readonly bytesScanned: number;
}

/** Runs one statement; its parameters are literals of SQL. */
export type Engine = (
  sql: string,
  parameters: readonly string[],
  database: string | undefined,
) => Promise<Outcome>;

interface Source {
  readonly schema: string;
  readonly table: string;
  readonly definition: AthenaTable;
}

/** Runs SQL on DuckDB over tables by `database.table`; a query reads only the files of its partitions. */
export function createEngine(tables: Readonly<Record<string, AthenaTable>>): Engine {
  const sources = Object.entries(tables).map(([name, definition]): Source => {
    const [schema = '', table = ''] = name.split('.');
    return { schema, table, definition };
  });
  let opening: Promise<DuckDBInstance> | undefined;

  return async (unbound, parameters, database) => {
    const sql = bind(unbound, parameters);
    opening ??= open(sources);
    const instance = await opening;
    const connection = await instance.connect();
    try {
      if (database !== undefined) {
        await connection.run(`SET search_path = ${quoted(`${database},main`)}`);
      }
      const tree = await treeOf(connection, sql);
      const [misused] = misusedAliases(tree, scopeOf(sources, database));
      if (misused !== undefined) throw new Error(`Column '${misused}' cannot be resolved`);
      let bytesScanned = 0;
      for (const source of sources) bytesScanned += await admit(source, tree, connection);
      const reader = await connection.runAndReadAll(sql);
      const types = reader.columnTypes();
      const items = tree['select_list'] as { class: string; alias: string }[] | undefined;
      return {
        columns: reader.columnNames().map((name, place) => {
          const item = items?.length === types.length ? items[place] : undefined;
          const isNamed = item === undefined || item.alias !== '' || item.class === 'COLUMN_REF';
          return { Name: isNamed ? name : `_col${place}`, Type: columnTypeOf(types[place]!) };
        }),
        rows: reader.getRows().map((row) => row.map((value, place) => textOf(value, types[place]))),
        bytesScanned,
      };
    } finally {
      connection.disconnectSync();
    }
  };
}

/** The columns of the tables, by the names that they go by. */
function scopeOf(
  sources: readonly Source[],
  database: string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    sources.flatMap(({ schema, table, definition }) => {
      const { columns, partitionKeys } = definition;
      const names = new Set([...Object.keys(columns), ...Object.keys(partitionKeys)]);
      return [
        [`${schema}.${table}`, names] as const,
        ...(schema === database ? [[table, names] as const] : []),
      ];
    }),
  );
}

async function open(sources: readonly Source[]): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await connection.run('SET GLOBAL integer_division = true');
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  for (const macro of TRINO_FUNCTIONS) await connection.run(`CREATE MACRO ${macro}`);
  for (const source of sources) {
    await connection.run(`CREATE SCHEMA IF NOT EXISTS "${source.schema}"`);
    await setFiles(source, [], connection);
    await connection.run(viewOf(source));
  }
  connection.disconnectSync();
  return instance;
}

/** The table's rows, out of the files in the connection's variable. */
function viewOf({ schema, table, definition }: Source): string {
  const { columns, partitionKeys } = definition;
  const variable = `getvariable(${quoted(`${schema}.${table}`)})`;
  const read = Object.entries(columns).map(
    ([name, type]) => `CAST(record."${name}" AS ${duckTypeOf(type)}) AS "${name}"`,
  );
  const keys = Object.entries(partitionKeys).map(
    ([key, type]) => `CAST(file."${key}" AS ${duckTypeOf(type)}) AS "${key}"`,
  );
  return `CREATE VIEW "${schema}"."${table}" AS
    SELECT ${[...read, ...keys].join(', ')}
    FROM (
      SELECT unnest("Records") AS record, filename
      FROM read_json(getvariable(${quoted(`paths of ${schema}.${table}`)}),
        columns = {Records: ${quoted(`${recordTypeOf(columns)}[]`)}},
        filename = true, format = 'unstructured', maximum_object_size = 33554432)
    ) AS content
    JOIN (SELECT unnest(${variable}, recursive := true)) AS file ON file."$path" = content.filename`;
}

/** Leaves the table the files that a query's partition predicates admit; gives the sum of their sizes. */
async function admit(
  source: Source,
  tree: Readonly<Record<string, unknown>>,
  connection: DuckDBConnection,
): Promise<number> {
  const { definition, schema, table } = source;
  const keys = Object.keys(definition.partitionKeys);
  const predicates = await predicatesOn({ schema, table }, keys, tree, connection);
  for (const key of keys) {
    const isInjected = definition.parameters[`projection.${key}.type`] === 'injected';
    if (isInjected && !predicates.every((one) => new RegExp(`"?${key}"? (?:IN|=) `).test(one))) {
      throw new Error(`CONSTRAINT_VIOLATION: the injected column ${key} needs a static equality`);
    }
  }
  await setFiles(source, [], connection);
  if (predicates.length === 0) return 0;
  const all = filesOf(definition);
  await setFiles(source, all, connection);
  const variable = `getvariable(${quoted(`${schema}.${table}`)})`;
  const found = await connection.runAndReadAll(
    `SELECT "$path" FROM (SELECT unnest(${variable}, recursive := true)) WHERE ${predicates
      .map((predicate) => `(${predicate})`)
      .join(' OR ')}`,
  );
  const paths = new Set(found.getRows().map(([path]) => path));
  const admitted = all.filter(({ path }) => paths.has(path));
  await setFiles(source, admitted, connection);
  return admitted.reduce((sum, { size }) => sum + size, 0);
}

let empty: string | undefined;

/** Sets the variable with a table's files; a list of none has a file without records, of partition 0. */
async function setFiles(
  { schema, table, definition }: Source,
  files: readonly { readonly path: string; readonly keys: Readonly<Record<string, string>> }[],
  connection: DuckDBConnection,
): Promise<void> {
  if (empty === undefined) {
    empty = join(scratch(), 'empty.json');
    writeFileSync(empty, '{"Records":[]}');
  }
  const keys = Object.keys(definition.partitionKeys);
  const listed = files.length > 0 ? files : [{ path: empty, keys: {} as Record<string, string> }];
  const structs = listed.map((file) => {
    const values = keys.map((key) => {
      const isDate = definition.partitionKeys[key] === 'date';
      const value = quoted(file.keys[key] ?? (isDate ? '1970-01-01' : '0'));
      return `"${key}": ${isDate ? `DATE ${value}` : value}`;
    });
    return `{${[`"$path": ${quoted(file.path)}`, ...values].join(', ')}}`;
  });
  const paths = listed.map(({ path }) => quoted(path)).join(', ');
  await connection.run(`SET VARIABLE "paths of ${schema}.${table}" = [${paths}]`);
  await connection.run(`SET VARIABLE "${schema}.${table}" = [${structs.join(', ')}]`);
}
