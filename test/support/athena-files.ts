import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AthenaTable } from './athena-tables.js';

/** A file of a table, with the values of its partition. */
export interface TableFile {
  readonly path: string;
  readonly size: number;
  readonly keys: Readonly<Record<string, string>>;
}

/** What is in place of a partition key where no projection says it. */
const VALUES: Readonly<Record<string, string>> = {
  account: '\\d{12}',
  region: '[a-z0-9-]+',
  year: '\\d{4}',
  month: '\\d{2}',
  day: '\\d{2}',
};

/** The files that a table finds, as its location template and its projected ranges have it. */
export function filesOf(table: AthenaTable): TableFile[] {
  const layout = layoutOf(table);
  const files: TableFile[] = [];
  for (const name of readdirSync(table.folder, { recursive: true, encoding: 'utf8' })) {
    const keys = layout.exec(plain(name.replaceAll('\\', '/')));
    if (keys === null || !/^[^_.].*\.json(\.gz)?$/.test(basename(name))) continue;
    const path = join(table.folder, name);
    const values = Object.entries(keys.groups ?? {}).map(([key, value]) => [
      key,
      table.partitionKeys[key] === 'date' ? value.replaceAll('/', '-') : value,
    ]);
    const file = {
      path,
      size: statSync(path).size,
      keys: Object.fromEntries(values) as Record<string, string>,
    };
    if (isProjected(table, file)) files.push(file);
  }
  return files;
}

function layoutOf({ partitionKeys, parameters }: AthenaTable): RegExp {
  const template = parameters['storage.location.template'];
  if (template !== undefined) {
    const path = plain(template.replace(/^s3:\/\/[^/]+\//, '')).replace(/\/?$/, '/');
    const literal = path.replaceAll(/[.*+?^()|[\]\\]/g, String.raw`\$&`);
    return new RegExp(
      `^${literal.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => `(?<${key}>${valueOf(key, parameters)})`)}`,
    );
  }
  const named = (key: string): string =>
    key in partitionKeys ? `(?<${key}>${VALUES[key]})` : VALUES[key]!;
  const date = ['year', 'month', 'day'].map(named).join('/');
  const whole = ['timestamp', 'dt'].find((key) => key in partitionKeys);
  const timed = whole === undefined ? date : `(?<${whole}>${date})`;
  return new RegExp(`(?:^|/)AWSLogs/${named('account')}/CloudTrail/${named('region')}/${timed}/`);
}

/** A path without the organization's id, which may stand before it too. */
function plain(path: string): string {
  return path.replace(/^o-[a-z0-9]+\//, '').replace(/AWSLogs\/o-[a-z0-9]+\//, 'AWSLogs/');
}

function valueOf(key: string, parameters: Readonly<Record<string, string>>): string {
  const format = parameters[`projection.${key}.format`];
  if (parameters[`projection.${key}.type`] !== 'date' || format === undefined) return '[^/]+';
  return format.replace('yyyy', '\\d{4}').replaceAll(/MM|dd|HH/g, '\\d{2}');
}

function isProjected({ partitionKeys, parameters }: AthenaTable, { keys }: TableFile): boolean {
  if (parameters['projection.enabled'] !== 'true') return true;
  return Object.keys(partitionKeys).every((key) => {
    const of = (property: string): string => parameters[`projection.${key}.${property}`] ?? '';
    const value = keys[key] ?? '';
    if (of('type') === 'enum')
      return of('values')
        .split(/\s*,\s*/)
        .includes(value);
    if (of('type') !== 'date') return true;
    const format = of('format');
    const bounds = of('range')
      .split(',')
      .map((bound) => boundOf(bound, format));
    const [at, from, to] = [value, ...bounds].map((text) => sortable(text, format));
    return at! >= from! && at! <= to!;
  });
}

/** A date with its year first. */
function sortable(text: string, format: string): string {
  const part = (letters: string): string => {
    const from = format.indexOf(letters);
    return from < 0 ? '' : text.slice(from, from + letters.length);
  };
  return ['yyyy', 'MM', 'dd', 'HH'].map(part).join('');
}

/** A bound of a projected range: `NOW`, `NOW-3YEARS`, or a value as it is. */
function boundOf(text: string, format: string): string {
  const [match, count = '0', unit] =
    /^NOW(?:([+-]\d+)(YEARS|MONTHS|DAYS))?$/.exec(text.trim()) ?? [];
  if (match === undefined) return text.trim();
  const date = new Date();
  if (unit === 'YEARS') date.setUTCFullYear(date.getUTCFullYear() + Number(count));
  if (unit === 'MONTHS') date.setUTCMonth(date.getUTCMonth() + Number(count));
  if (unit === 'DAYS') date.setUTCDate(date.getUTCDate() + Number(count));
  const [year = '', month = '', day = '', hour = ''] = date.toISOString().split(/[-T:]/);
  return format.replace('yyyy', year).replace('MM', month).replace('dd', day).replace('HH', hour);
}
