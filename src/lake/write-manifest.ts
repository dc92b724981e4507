import { SinkError, ValueError } from '../errors.js';
import {
  type LakeFile,
  type LakeManifest,
  MANIFEST_NAME,
  formatManifest,
  parseManifest,
} from '../model/lake/lake-manifest.js';
import { formatInstant } from '../model/time/instant.js';
import type { Run } from '../run/run.js';
import { VERSION } from '../package/version.js';
import type { LakeOutput, LakeRows } from './open-lake.js';

/** The manifest of a lake; undefined where there is none. @throws SinkError for another lake in the same place. */
export async function readLake<T>(
  { out, format, partitionBy }: LakeOutput,
  run: Run,
  { list, columns }: Pick<LakeRows<T>, 'list' | 'columns'>,
): Promise<{ manifest: LakeManifest | undefined; version: string | undefined }> {
  const place = `${out}/${MANIFEST_NAME}`;
  const found = await run.world.storageOf(place).readShared?.(place, run.context.signal);
  if (found === undefined) return { manifest: undefined, version: undefined };
  const manifest = parsed(found.text, place);
  const shape = { list, format, partitionBy, columns: columns.map(({ name }) => name) };
  for (const [what, value] of Object.entries(shape)) {
    const held = manifest[what as keyof typeof shape];
    if (JSON.stringify(held) === JSON.stringify(value)) continue;
    throw new SinkError(`${out} holds a lake with other ${NAMES[what]}: ${String(held)}`, {
      hint: 'write to another folder',
    });
  }
  return { manifest, version: found.version };
}

const NAMES: Readonly<Record<string, string>> = {
  list: 'rows',
  format: 'files',
  partitionBy: 'partitions',
  columns: 'columns',
};

function parsed(text: string, place: string): LakeManifest {
  try {
    return parseManifest(text);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new SinkError(`${place}: ${error.message}`, { cause: error });
  }
}

/** Adds files to the manifest of a lake, in place of those of the same path, whatever other runs add meanwhile. */
export async function writeManifest<T>(
  written: readonly LakeFile[],
  output: LakeOutput,
  run: Run,
  rows: LakeRows<T>,
): Promise<void> {
  const { out, format, partitionBy } = output;
  const place = `${out}/${MANIFEST_NAME}`;
  const storage = run.world.storageOf(place);
  const { since, until } = rows.window;
  const account = await rows.account();
  for (;;) {
    const { manifest, version } = await readLake(output, run, rows);
    const files = new Map(manifest?.files.map((file) => [file.path, file]));
    for (const file of written) files.set(file.path, file);
    const text = formatManifest({
      list: rows.list,
      format,
      partitionBy,
      columns: rows.columns.map(({ name }) => name),
      window: { since: since && formatInstant(since), until: formatInstant(until) },
      account,
      toolVersion: VERSION,
      files: [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    });
    await storage.makeFolder?.(out);
    if (await storage.replaceShared?.(place, text, version, run.context.signal)) return;
  }
}
