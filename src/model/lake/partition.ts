/** What a lake may be partitioned by: the columns of Hive folders, `day=2026-01-20/region=eu-west-1`. */
export const PARTITION_KEYS = ['day', 'account_id', 'region', 'profile'] as const;
export type PartitionKey = (typeof PARTITION_KEYS)[number];

/** The value of a key by which Hive and Athena know an absent one. */
const ABSENT = '__HIVE_DEFAULT_PARTITION__';

/** Characters that Hive escapes in the names of partitions (Hive, FileUtils.escapePathName), and some more. */
const ESCAPED = /[\0-\x20"#%'*/:=?\\[\]^{}\x7f-\uffff]/gu;

/** The folder of a partition: `day=2026-01-20/account_id=111122223333`. */
export function partitionFolder(
  keys: readonly PartitionKey[],
  valueOf: (key: PartitionKey) => string | undefined,
): string {
  return keys.map((key) => `${key}=${escaped(valueOf(key))}`).join('/');
}

/** The day of a folder of a partition; undefined for what is none. */
export function dayOfFolder(folder: string): string | undefined {
  return /^day=(\d{4}-\d\d-\d\d)(?:\/|$)/.exec(folder)?.[1];
}

function escaped(value: string | undefined): string {
  if (value === undefined || value === '') return ABSENT;
  return value.replaceAll(ESCAPED, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
}
