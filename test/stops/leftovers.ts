import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parquetMetadata } from 'hyparquet';

/** Files by their paths. */
export type Files = ReadonlyMap<string, Buffer>;

/** The regular files of a folder. */
export function filesIn(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = paths.filter((path) => lstatSync(join(folder, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(folder, path))]));
}

/** What a file says, whatever the order of its rows and the time at which it was written. */
function gist(path: string, bytes: Buffer): string {
  if (bytes.toString('latin1', 0, 4) === 'PAR1') {
    const { buffer, byteOffset, byteLength } = bytes;
    const { num_rows: rows } = parquetMetadata(
      buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer,
    );
    return `${rows} rows`;
  }
  return textGist((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
}

/** The lines of a text in an order, without times of this year. */
export function textGist(text: string): string {
  const lines = text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').split('\n');
  return lines.toSorted().join('\n');
}

/** What is wrong with files: each may be as one of `whole`, and no other may be there. */
export function oddFiles(files: Files, whole: readonly Files[]): string[] {
  const odd: string[] = [];
  for (const [path, bytes] of files) {
    const known = whole.flatMap((one) => one.get(path) ?? []);
    if (known.length === 0) odd.push(`${path} is left`);
    else if (!known.some((one) => isLike(path, one, bytes))) odd.push(`${path} is not whole`);
  }
  return odd;
}

function isLike(path: string, one: Buffer, other: Buffer): boolean {
  try {
    return one.equals(other) || gist(path, one) === gist(path, other);
  } catch {
    return false; // no gzip, no Parquet
  }
}
