import type { TableMetadata } from '@aws-sdk/client-athena';
import { DAY, type Days, dateOf, partsOfDay } from './day-condition.js';
import type { PartitionKey } from './partition-key.js';
import { type Scope, chosenOf } from './scope-condition.js';

/** All partitions that a window may have, where a projection and the scope tell them. */
export interface PartitionList {
  readonly count: number;
  /** Where the files of partition number 0, 1, … lie: `s3://…/`; undefined where the table does not say. */
  readonly place: (number: number) => string | undefined;
}

/** Values of one key, or of several that go together. */
type Values = readonly Readonly<Record<string, string>>[];

/** Undefined where somebody adds partitions, or a key has values that nobody lists. */
export function partitionList(
  { Parameters: parameters = {} }: TableMetadata,
  keys: readonly PartitionKey[],
  days: Days,
  scope: Scope,
): PartitionList | undefined {
  const parts = partsOfDay(keys);
  const others = keys.filter((key) => !parts.includes(key));
  const lists = [
    ...(parts.length > 0 ? [valuesOfParts(parts, days, parameters)] : []),
    ...others.map((key) => valuesOf(key, days, scope)),
  ];
  if (keys.length === 0 || lists.some((list) => list === undefined)) return undefined;
  const known = lists as readonly Values[];
  const template = templateOf(parameters, keys);
  return {
    count: known.reduce((product, values) => product * values.length, 1),
    place: (number) => {
      let rest = number;
      const values = known.map((list) => {
        const at = rest % list.length;
        rest = Math.floor(rest / list.length);
        return list[at];
      });
      const all = Object.assign({}, ...values) as Readonly<Record<string, string>>;
      return template?.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => all[key.toLowerCase()] ?? '');
    },
  };
}

/** Without a template the folders are Hive's (Athena User Guide, "Specifying custom S3 storage locations"). */
function templateOf(
  { 'storage.location.template': own, location }: Readonly<Record<string, string>>,
  keys: readonly PartitionKey[],
): string | undefined {
  const folders = keys.map(({ name }) => `${name}=\${${name}}`).join('/');
  const template = own ?? (location && `${location.replace(/\/$/, '')}/${folders}`);
  return template?.replace(/\/?$/, '/');
}

function valuesOf(
  { name, projection }: PartitionKey,
  { first, last }: Days,
  scope: Scope,
): Values | undefined {
  const valued = (values: Iterable<string>): Values =>
    [...values].map((value) => ({ [name]: value }));
  if (projection === undefined) return undefined;
  if (projection.type === 'date') {
    const { form } = projection;
    if (form === undefined) return undefined;
    const step = form.unit === 'hour' ? 3600 : DAY;
    const dates = new Set<string>();
    for (let time = first; time < last + DAY; time += step) dates.add(form.write(time));
    return valued(dates);
  }
  const chosen = chosenOf(name, scope);
  const listed = projection.type === 'enum' ? projection.values : undefined;
  const both = listed && chosen && listed.filter((value) => chosen.includes(value));
  const values = both ?? chosen ?? listed;
  return values && valued(values);
}

/** Year, month and day together, with the digits that the projection gives them. */
function valuesOfParts(
  keys: readonly PartitionKey[],
  { first, last }: Days,
  parameters: Readonly<Record<string, string>>,
): Values | undefined {
  if (keys.some(({ projection }) => projection === undefined)) return undefined;
  const days = new Map<string, Readonly<Record<string, string>>>();
  for (let day = first; day <= last; day += DAY) {
    const parts = dateOf(day).split('-');
    const values = keys.map(({ name, projection }, at) => {
      const digits = Number(parameters[`projection.${name}.digits`] ?? 1);
      const number = String(Number(parts[at])).padStart(digits, '0');
      return [name, projection!.type === 'integer' ? number : parts[at]!] as const;
    });
    days.set(parts.slice(0, keys.length).join('-'), Object.fromEntries(values));
  }
  return [...days.values()];
}
