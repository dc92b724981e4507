import { ValueError } from '../../errors.js';
import { SCHEMA_VERSION } from '../columns/schema-version.js';
import type { PartitionKey } from './partition.js';

/** The file that says what lies in a lake, beside its partitions; Hive passes over names that begin so. */
export const MANIFEST_NAME = '_manifest.json';

const FORMAT = 'sentinel-audit lake';
const VERSION = 1;

/** A file of a lake. */
export interface LakeFile {
  /** Below the folder of the manifest. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/** What must be the same for all files of a lake. */
interface LakeShape {
  /** `sessions`, `events`, `verdicts`. */
  readonly list: string;
  readonly format: string;
  readonly partitionBy: readonly PartitionKey[];
  readonly columns: readonly string[];
}

/** What lies in a lake. */
export interface LakeManifest extends LakeShape {
  /** Of the run that wrote last: `[since, until)`; since is absent where the run had none. */
  readonly window: { readonly since?: string | undefined; readonly until: string };
  /** The account that asked AWS, where it was asked. */
  readonly account: string | undefined;
  readonly toolVersion: string;
  /** In the order of their paths. */
  readonly files: readonly LakeFile[];
}

export function formatManifest(manifest: LakeManifest): string {
  const { list, format, partitionBy, columns, window, account, toolVersion, files } = manifest;
  const document = {
    format: FORMAT,
    version: VERSION,
    schema_version: SCHEMA_VERSION,
    list,
    file_format: format,
    partition_by: partitionBy,
    columns,
    window,
    account,
    tool_version: toolVersion,
    files,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** @throws ValueError for a text that is not the manifest of a lake. */
export function parseManifest(text: string): LakeManifest {
  const document = documentIn(text);
  const { list, file_format: format, partition_by: keys, columns, files } = document;
  const isOurs =
    document['format'] === FORMAT &&
    document['version'] === VERSION &&
    document['schema_version'] === SCHEMA_VERSION &&
    isText(list) &&
    isText(format) &&
    [keys, columns].every((names) => Array.isArray(names) && names.every(isText)) &&
    Array.isArray(files) &&
    files.every(isFile);
  if (!isOurs) throw new ValueError('it is not the manifest of a lake that this program wrote');
  const manifest = document as unknown as LakeManifest & { readonly tool_version: string };
  return {
    ...manifest,
    list,
    format,
    partitionBy: keys as readonly PartitionKey[],
    columns: columns as readonly string[],
    toolVersion: manifest.tool_version,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFile(value: unknown): value is LakeFile {
  const { path, rows, bytes, sha256 } = (value ?? {}) as Partial<Record<keyof LakeFile, unknown>>;
  const isInside = isText(path) && path.startsWith('day=') && !path.split('/').includes('..');
  return isInside && [rows, bytes].every(Number.isSafeInteger) && isText(sha256);
}

function documentIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  return {};
}
