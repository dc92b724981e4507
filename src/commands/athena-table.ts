import type { AthenaTableOptions } from '../options/check/athena-options.js';
import type { Done, Run } from '../run/run.js';
import { openWriter } from '../sinks/open.js';
import { createTable } from '../sources/athena/create-table.js';

/** Prints the `CREATE TABLE` for the bucket of a trail. Asks AWS nothing. */
export async function athenaTable({ table, out }: AthenaTableOptions, run: Run): Promise<Done> {
  await openWriter({ out }, run.world)([createTable(table)]);
  return { lines: [] };
}
