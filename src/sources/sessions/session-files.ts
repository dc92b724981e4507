import { access, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { RequiredField, Session } from '../../model/session/session.js';
import type { Source } from '../../pipeline/pipe.js';
import { type ExportFile, MANIFEST, isExportBookkeeping, readManifest } from './dynamodb-export.js';
import { rejectFile } from '../broken-file.js';
import { type InputFile, filesBelow, readBytes } from '../../storage/input-file.js';
import { readSessionCsv } from './session-csv.js';
import { shapeOf } from '../../text/file-shape.js';
import { SESSION_KEYS, readSessionDocument, readSessionLines } from './session-json.js';

/** A file with sessions; one that a manifest names comes with what it promises. */
export type SessionFile = InputFile | ExportFile;

/**
 * The files with sessions behind some paths, each once, in the order of the paths and by name within a
 * folder. A DynamoDB export among them is followed by its manifest. What is wrong with a manifest is
 * rejected, and the rest listed.
 */
export async function listSessionFiles(
  paths: readonly InputFile[],
  context: ReadContext,
): Promise<SessionFile[]> {
  const files = new Map<string, SessionFile>();
  for (const given of paths) {
    const found: InputFile[] = [];
    try {
      for await (const file of filesBelow(given.path)) {
        found.push(given.path === file.path ? given : file);
      }
      if (found.length === 0) throw new SourceError('the folder has no files');
    } catch (error) {
      rejectFile(given, error, context);
    }
    for (const file of found) {
      if (basename(file.path) === MANIFEST) {
        for (const data of await followed(file, context)) files.set(await identity(data), data);
      }
    }
    for (const file of found) {
      const path = await identity(file);
      if (!isExportBookkeeping(basename(path))) {
        if (!files.has(path)) files.set(path, file);
      } else if (basename(path) === '_started' && !(await exists(join(dirname(path), MANIFEST)))) {
        rejectFile(
          file,
          new SourceError(`the export has not finished: it has no ${MANIFEST}`),
          context,
        );
      }
    }
  }
  return [...files.values()];
}

/**
 * The sessions of some files, told by content and not by name: CSV, NDJSON and JSON of ours, DynamoDB
 * exports, saved scans; plain or gzip. Rows in the order of the files. A file that cannot be read to its
 * end is rejected, its rows so far delivered, the others read. Holds one piece of one file.
 */
export async function* readSessionFiles(
  files: readonly SessionFile[],
  required: readonly RequiredField[],
  context: ReadContext,
): Source<Session> {
  for (const file of files) {
    context.signal.throwIfAborted();
    context.meter.files++;
    try {
      yield* readSessionFile(file, required, context);
    } catch (error) {
      rejectFile(file, error, context);
    }
  }
}

async function* readSessionFile(
  file: SessionFile,
  required: readonly RequiredField[],
  context: ReadContext,
): Source<Session> {
  const { meter } = context;
  const before = meter.rows + meter.bareDeletions;
  const { shape, bytes } = await shapeOf(
    readBytes(file, context.signal, 'md5' in file ? file : {}),
    SESSION_KEYS,
  );
  if (shape === 'text') yield* readSessionCsv(bytes, file.name, required, context);
  else if (shape === 'lines') yield* readSessionLines(bytes, file.name, required, context);
  else if (shape === 'empty') context.note(`${file.name} is empty`);
  else {
    yield* readSessionDocument(bytes, file.name, shape, required, context);
  }
  const items = meter.rows + meter.bareDeletions - before;
  if ('items' in file && items !== file.items) {
    throw new SourceError(`the manifest promises ${file.items} items, the file has ${items}`);
  }
}

async function followed(manifest: InputFile, context: ReadContext): Promise<ExportFile[]> {
  try {
    return await readManifest(manifest);
  } catch (error) {
    rejectFile(manifest, error, context);
    return [];
  }
}

/** The one path of a file that several may lead to. */
async function identity({ path }: InputFile): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
