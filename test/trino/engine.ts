import type { Engine, Outcome } from '../support/athena-engine.js';
import { quoted } from '../support/athena-predicate.js';
import type { AthenaTable } from '../support/athena-tables.js';
import { type Stats, type TrinoPlace, runTrino } from './client.js';
import { rowsQuery } from './rows.js';

/** What each table of the one Trino was last filled with. */
const filled = new Map<string, string>();

/**
 * Runs SQL on Trino over tables by `database.table`, which are filled anew when their files have changed. Trino
 * is given all rows of a table: nothing prunes its partitions, and the bytes scanned are not known.
 */
export function createTrinoEngine(tables: Readonly<Record<string, AthenaTable>>): Engine {
  return async (sql, parameters, database) => {
    for (const [name, table] of Object.entries(tables)) await fill(name, table);
    return { ...(await execute(sql, parameters, database)), bytesScanned: 0 };
  };
}

/** Runs one statement with its parameters, as Athena does. */
export async function execute(
  sql: string,
  parameters: readonly string[],
  database: string | undefined,
  place?: TrinoPlace,
): Promise<Outcome & { readonly stats: Stats }> {
  const using = parameters.length > 0 ? ` USING ${parameters.join(', ')}` : '';
  const text = `EXECUTE IMMEDIATE ${quoted(sql)}${using}`;
  const { columns, data, stats } = await runTrino(text, database, place);
  return {
    columns: columns.map(({ name, type }) => ({ Name: name, Type: type.split('(')[0]! })),
    rows: data.map((row) => row.map(textOf)),
    bytesScanned: stats.physicalInputBytes,
    stats,
  };
}

/** The statements answer texts and numbers alone. */
function textOf(cell: unknown): string | undefined {
  if (cell === null) return undefined;
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

async function fill(name: string, table: AthenaTable): Promise<void> {
  const query = rowsQuery(table);
  if (filled.get(name) === query) return;
  const [schema, local] = name.split('.').map((part) => `"${part}"`);
  await runTrino(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await runTrino(`DROP TABLE IF EXISTS ${schema}.${local}`);
  filled.delete(name);
  await runTrino(`CREATE TABLE ${schema}.${local} AS ${query}`);
  filled.set(name, query);
}
