import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quoted } from '../../support/athena-predicate.js';
import { MONTHS, type TableShape } from '../../support/athena-tables.js';
import { scratch } from '../../support/cli.js';
import type { TrailRecord } from '../../support/cloudtrail.js';
import { ndjsonOf } from '../../support/trail.js';
import { typeOf } from '../rows.js';

/** What is in one file. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** `2026-01-20` */
  readonly day: string;
}

type Ask = (sql: string) => Promise<unknown>;

/**
 * Makes a table over new files, one for each place: lines of JSON, since Trino has nothing that reads CloudTrail's own.
 * Gives the bytes in each folder.
 */
export async function createTable(
  name: string,
  shape: TableShape,
  files: readonly (readonly [place: Place, records: readonly TrailRecord[]])[],
  ask: Ask,
): Promise<ReadonlyMap<string, number>> {
  const root = scratch();
  const sizes = new Map<string, number>();
  for (const [place, records] of files) {
    const folder = folderOf(shape, place);
    const text = ndjsonOf(records);
    const path = join(root, folder, `${place.day}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    sizes.set(folder, (sizes.get(folder) ?? 0) + Buffer.byteLength(text));
  }
  const isProjected = 'projection.enabled' in shape.parameters && shape !== MONTHS; // Trino projects no months
  await ask('CREATE SCHEMA IF NOT EXISTS audit');
  await ask(`DROP TABLE IF EXISTS "${name}"`);
  await ask(tableOver(root, name, shape, isProjected));
  if (isProjected) return sizes;
  const keys = Object.keys(shape.partitionKeys);
  const folders = new Map(files.map(([place]) => [folderOf(shape, place), place]));
  for (const [folder, place] of folders) {
    const values = listOf(keys.map((key) => valueOf(shape, key, place)));
    await ask(
      `CALL system.register_partition('audit', '${name}', ${listOf(keys)}, ${values}, 'local://${root}/${folder}')`,
    );
  }
  return sizes;
}

/** Where the files of a place are, below those of the table. */
export function folderOf(shape: TableShape, place: Place): string {
  const { account, region, day } = place;
  const template =
    shape.parameters['storage.location.template'] ??
    `s3://trail-bucket/AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}`;
  return template
    .replace('s3://trail-bucket/', '')
    .replaceAll(/\$\{(\w+)\}/g, (_, key: string) => valueOf(shape, key, place));
}

/** Its projection goes into the properties that Glue has, which are not those that Trino has. */
function tableOver(root: string, name: string, shape: TableShape, isProjected: boolean): string {
  const columns = Object.entries({ ...shape.columns, ...shape.partitionKeys });
  const properties = Object.entries(shape.parameters).filter(([key]) => key.includes('.'));
  const values = properties.map(([, value]) =>
    value.replace('s3://trail-bucket', `local://${root}`),
  );
  const extra = `, extra_properties = MAP(${listOf(properties.map(([key]) => key))}, ${listOf(values)})`;
  return `CREATE TABLE "${name}" (${columns.map(([key, type]) => `"${key}" ${typeOf(type)}`).join()})
    WITH (external_location = 'local://${root}', format = 'JSON',
      partitioned_by = ${listOf(Object.keys(shape.partitionKeys))}${isProjected ? extra : ''})`;
}

function listOf(texts: readonly string[]): string {
  return `ARRAY[${texts.map(quoted).join()}]`;
}

function valueOf({ parameters }: TableShape, key: string, place: Place): string {
  const [year = '', month = '', day = ''] = place.day.split('-');
  const format = parameters[`projection.${key}.format`];
  if (format !== undefined) {
    return format.replace('yyyy', year).replace('MM', month).replace('dd', day);
  }
  return { year, month, day, dt: place.day, account: place.account, region: place.region }[key]!;
}
