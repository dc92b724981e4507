import type { Cell, Column, ColumnKind } from '../model/columns/column.js';
import type { PartitionKey } from '../model/lake/partition.js';

/** What is known of a lake when a table is made over it. */
export interface LakeTable {
  /** `[database, table]`, or `[table]`. */
  readonly name: readonly string[];
  /** `s3://bucket/prefix`, without a slash at its end. */
  readonly location: string;
  readonly format: 'parquet' | 'ndjson';
  readonly columns: readonly Column<never>[];
  readonly partitionBy: readonly PartitionKey[];
  /** Values of the keys; undefined must be named in each query. */
  readonly accounts: readonly string[] | undefined;
  readonly regions: readonly string[] | undefined;
  /** The first day: `2026-01-20`. */
  readonly since: string;
}

/**
 * The statement that makes an Athena table over a lake, with partition projection (Athena User Guide, "Use partition
 * projection"): partitions never have to be added. A column that is a key of the partitions is one of these alone.
 */
export function createLakeTable(table: LakeTable): string {
  const { name, location, format, columns, partitionBy } = table;
  const keys: readonly string[] = partitionBy;
  const fields = columns
    .filter((column) => !keys.includes(column.name))
    .map((column) => `  \`${column.name}\` ${TYPES[format][column.kind ?? 'text']}`);
  const folders = partitionBy.map((key) => `${key}=\${${key}}`).join('/');
  const properties = [
    ['projection.enabled', 'true'],
    ...partitionBy.flatMap((key) => projectionOf(key, table)),
    ['storage.location.template', `${location}/${folders}/`],
  ].map(([key, value]) => `  '${key}' = '${value}'`);
  return `CREATE EXTERNAL TABLE ${name.map((part) => `\`${part}\``).join('.')} (
${fields.join(',\n')}
)
PARTITIONED BY (
${keys.map((key) => `  \`${key}\` string`).join(',\n')}
)
${STORED[format]}
LOCATION '${location}/'
TBLPROPERTIES (
${properties.join(',\n')}
)
`;
}

type Kind = ColumnKind | 'text';

/** JSON has no times: they are texts, all of one form. */
const TYPES: Readonly<Record<LakeTable['format'], Readonly<Record<Kind, string>>>> = {
  parquet: { text: 'string', time: 'timestamp', count: 'bigint', rate: 'double', flag: 'boolean' },
  ndjson: { text: 'string', time: 'string', count: 'bigint', rate: 'double', flag: 'boolean' },
};

const STORED: Readonly<Record<LakeTable['format'], string>> = {
  parquet: 'STORED AS PARQUET',
  ndjson: "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\nSTORED AS TEXTFILE",
};

function projectionOf(key: PartitionKey, table: LakeTable): string[][] {
  if (key === 'day') {
    return [
      ['projection.day.type', 'date'],
      ['projection.day.format', 'yyyy-MM-dd'],
      ['projection.day.interval', '1'],
      ['projection.day.interval.unit', 'DAYS'],
      ['projection.day.range', `${table.since},NOW`],
    ];
  }
  const values = { account_id: table.accounts, region: table.regions, profile: undefined }[key];
  if (values === undefined) return [[`projection.${key}.type`, 'injected']];
  return [
    [`projection.${key}.type`, 'enum'],
    [`projection.${key}.values`, values.join(',')],
  ];
}

/** Any column of any list: only its name and its kind count here. */
export function asTableColumns<T>(columns: readonly Column<T>[]): readonly Column<never>[] {
  return columns as readonly { of: (row: never) => Cell }[] as readonly Column<never>[];
}
