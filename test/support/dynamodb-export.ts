import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** How an export is laid out, or spoilt. */
export interface ExportOptions {
  readonly incremental?: boolean;
  readonly format?: string;
  /** What the manifest promises of the first file, instead of the truth. */
  readonly items?: number;
  readonly md5?: string;
  /** Do not write the first data file. */
  readonly missing?: boolean;
  /** Write no manifest, as while an export runs. */
  readonly unfinished?: boolean;
}

/**
 * A DynamoDB export as it lies in S3 and is downloaded: `AWSDynamoDB/<id>/manifest-summary.json` and so on,
 * one data file for each list of lines. An incremental one has its data beside its own folder.
 */
export function writeExport(
  root: string,
  files: readonly (readonly object[])[],
  { incremental = false, format = 'DYNAMODB_JSON', ...spoilt }: ExportOptions = {},
): string {
  const id = `0176000000000${files.length}-${incremental ? 'incr' : 'full'}cafe`;
  const prefix = `archive/AWSDynamoDB`;
  const folder = join(root, 'AWSDynamoDB', id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '_started'), '');
  const dataKey = incremental ? `${prefix}/data` : `${prefix}/${id}/data`;
  const dataFolder = join(root, 'AWSDynamoDB', ...(incremental ? [] : [id]), 'data');
  mkdirSync(dataFolder, { recursive: true });
  const manifest = files.map((lines, at) => {
    const bytes = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const name = `${'abcdefgh'[at]}${id.slice(-8)}.json.gz`;
    if (!(spoilt.missing && at === 0)) writeFileSync(join(dataFolder, name), bytes);
    return {
      itemCount: (at === 0 ? spoilt.items : undefined) ?? lines.length,
      md5Checksum:
        (at === 0 ? spoilt.md5 : undefined) ?? createHash('md5').update(bytes).digest('base64'),
      etag: 'etag',
      dataFileS3Key: `${dataKey}/${name}`,
    };
  });
  if (spoilt.unfinished) return folder;
  writeFileSync(
    join(folder, 'manifest-files.json'),
    manifest.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  const summary = {
    version: '2020-06-30',
    itemCount: manifest.reduce((sum, { itemCount }) => sum + itemCount, 0),
    manifestFilesS3Key: `${prefix}/${id}/manifest-files.json`,
    outputFormat: format,
  };
  writeFileSync(join(folder, 'manifest-summary.json'), JSON.stringify(summary));
  for (const name of ['manifest-summary', 'manifest-files']) {
    writeFileSync(join(folder, `${name}.checksum`), 'checksum');
  }
  return folder;
}
