import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import ndjson from 'ndjson';
import { SourceError } from '../../errors.js';
import { type Instant, parseInstant } from '../../model/time/instant.js';
import type { Promised } from '../../storage/read-bytes.js';
import type { Storage, StoredFile } from '../../storage/storage.js';
import { printable } from '../../text/terminal-text.js';

/** The file that names everything else of an export, and is written last. */
export const MANIFEST = 'manifest-summary.json';

/** A data file of an export, and what its manifest promises of it. */
export interface ExportFile extends StoredFile, Promised {
  readonly items: number;
}

/** The time whose changes an incremental export holds: from inclusive, to exclusive. */
export interface ExportWindow {
  /** The ARN of the table; undefined where the manifest does not say it. */
  readonly table: string | undefined;
  readonly from: Instant;
  readonly to: Instant;
}

/** What a manifest names. */
interface Manifest {
  readonly files: readonly ExportFile[];
  readonly window: ExportWindow | undefined;
}

/** Of a manifest: it has a line of some 200 bytes for each data file. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Files of an export that hold no rows. */
export function isExportBookkeeping(name: string): boolean {
  return name === '_started' || /^manifest-(summary|files)\.(json|checksum|md5)$/.test(name);
}

/**
 * The data files of a DynamoDB export to S3, full or incremental: the manifest is followed, for an incremental
 * export keeps its data beside its own folder.
 *
 * @throws SourceError when the manifest cannot be read, or names what is not in DynamoDB JSON.
 */
export async function readManifest(
  summaryFile: StoredFile,
  storage: Storage,
  signal: AbortSignal,
): Promise<Manifest> {
  const summary = await readSummary(summaryFile, signal);
  const filesKey = textOf(summary['manifestFilesS3Key']) ?? 'manifest-files.json';
  const manifest = await storage.beside(summaryFile, posix.basename(filesKey));
  if (manifest === undefined) throw new SourceError('its manifest cannot be found from here');
  const files: ExportFile[] = [];
  for (const line of await linesOf(manifest, signal)) {
    const key = textOf(line['dataFileS3Key']) ?? '';
    // Keys of S3 say where a data file lies from the manifest; a copy keeps that.
    const path = posix.relative(posix.dirname(filesKey), key);
    const file = key === '' ? undefined : await storage.beside(summaryFile, path);
    if (file === undefined) {
      throw new SourceError(`it names a data file outside the export: ${key}`);
    }
    const items = line['itemCount'];
    if (!Number.isSafeInteger(items)) throw new SourceError(`it does not say the items of ${key}`);
    files.push({ ...file, items: items as number, md5: textOf(line['md5Checksum']) });
  }
  const promised = summary['itemCount'];
  const listed = files.reduce((sum, { items }) => sum + items, 0);
  if (typeof promised === 'number' && promised !== listed) {
    throw new SourceError(`it promises ${promised} items, and ${manifest.name} lists ${listed}`);
  }
  return { files, window: windowOf(summary) };
}

function windowOf(summary: Record<string, unknown>): ExportWindow | undefined {
  if (summary['exportType'] !== 'INCREMENTAL_EXPORT') return undefined;
  const [from, to] = [summary['exportFromTime'], summary['exportToTime']].map((time) =>
    typeof time === 'string' ? parseInstant(time) : undefined,
  );
  return from && to && { table: textOf(summary['tableArn']), from, to };
}

async function readSummary(
  file: StoredFile,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const summary = objectIn(await contentOf(file, signal));
  if (summary === undefined) throw new SourceError('it is not a manifest: not a JSON object');
  const format = summary['outputFormat'];
  if (format !== undefined && format !== 'DYNAMODB_JSON') {
    const found = typeof format === 'string' ? `"${printable(format, 60)}"` : 'another format';
    throw new SourceError(`the export is in ${found}, not in DYNAMODB_JSON`);
  }
  return summary;
}

async function linesOf(file: StoredFile, signal: AbortSignal): Promise<Record<string, unknown>[]> {
  const text = await contentOf(file, signal);
  const lines: unknown[] = [];
  const parser = ndjson.parse({ strict: true });
  parser.on('data', (line: unknown) => lines.push(line));
  try {
    await pipeline(Readable.from([text]), parser);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SourceError(`its manifest ${file.name} cannot be read: ${reason}`, { cause: error });
  }
  // The parser takes a line that is null for its end.
  const count = text.split('\n').filter((line) => line.trim() !== '').length;
  if (lines.length === count && lines.every((line) => isObject(line))) return lines;
  throw new SourceError(`its manifest ${file.name} cannot be read: a line is not a JSON object`);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Its text, without a byte order mark. */
async function contentOf(file: StoredFile, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of file.open(signal)) {
    size += piece.length;
    if (size > MOST_BYTES) throw new SourceError(`${file.name} is larger than a manifest can be`);
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
