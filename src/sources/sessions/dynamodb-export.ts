import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import ndjson from 'ndjson';
import { SourceError } from '../../errors.js';
import type { InputFile, Promised } from '../../storage/input-file.js';

/** The file that names everything else of an export, and is written last. */
export const MANIFEST = 'manifest-summary.json';

/** A data file of an export, and what its manifest promises of it. */
export interface ExportFile extends InputFile, Promised {
  readonly items: number;
}

/** Files of an export that hold no rows. */
export function isExportBookkeeping(name: string): boolean {
  return name === '_started' || /^manifest-(summary|files)\.(json|checksum|md5)$/.test(name);
}

/**
 * The data files of a DynamoDB export to S3 that was downloaded, full or incremental: the manifest is
 * followed, for an incremental export keeps its data beside its own folder.
 *
 * @throws SourceError when the manifest cannot be read, or names what is not in DynamoDB JSON.
 */
export async function readManifest(summaryFile: InputFile): Promise<ExportFile[]> {
  const summary = await readSummary(summaryFile);
  const folder = dirname(summaryFile.path);
  const filesKey = textOf(summary['manifestFilesS3Key']) ?? 'manifest-files.json';
  const manifest = join(folder, posix.basename(filesKey));
  const files: ExportFile[] = [];
  const parser = ndjson.parse({ strict: true });
  parser.on(
    'data',
    (line: { itemCount?: unknown; md5Checksum?: unknown; dataFileS3Key?: unknown }) => {
      files.push({
        ...dataFile(folder, filesKey, textOf(line.dataFileS3Key) ?? ''),
        items: Number(line.itemCount),
        md5: textOf(line.md5Checksum),
      });
    },
  );
  try {
    await pipeline(createReadStream(manifest), parser);
  } catch (error) {
    throw new SourceError(`its manifest ${manifest} cannot be read: ${String(error)}`, {
      cause: error,
    });
  }
  const promised = summary['itemCount'];
  const listed = files.reduce((sum, file) => sum + file.items, 0);
  if (typeof promised === 'number' && promised !== listed) {
    throw new SourceError(`it promises ${promised} items, and ${manifest} lists ${listed}`);
  }
  return files;
}

async function readSummary(file: InputFile): Promise<Record<string, unknown>> {
  let summary: Record<string, unknown>;
  try {
    summary = JSON.parse(await readFile(file.path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new SourceError(`it is no manifest: ${String(error)}`, { cause: error });
  }
  const format = summary['outputFormat'];
  if (format !== undefined && format !== 'DYNAMODB_JSON') {
    throw new SourceError(`the export is in ${JSON.stringify(format)}, not in DYNAMODB_JSON`);
  }
  return summary;
}

/** Keys of S3 say where a data file lies from the manifest; a download keeps that. */
function dataFile(folder: string, manifestKey: string, key: string): InputFile {
  const path = resolve(folder, ...posix.relative(posix.dirname(manifestKey), key).split('/'));
  const above = resolve(folder, '..');
  if (key === '' || !path.startsWith(above + sep)) {
    throw new SourceError(`it names a data file outside the export: ${key}`);
  }
  return { path, name: relative('', path) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
