import { SourceError } from '../../errors.js';
import type { RequiredField, Session } from '../../model/session/session.js';
import { type FilePart, deliver, newFilePart } from '../../pipeline/file-part.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { readAhead } from '../../storage/read-ahead.js';
import { readBytes } from '../../storage/read-bytes.js';
import { shapeOf } from '../../text/file-shape.js';
import { peek, putBack } from '../../text/first-bytes.js';
import { brokenFile } from '../broken-file.js';
import type { SessionFile } from './list-session-files.js';
import { SESSION_KEYS } from './unwrap-session.js';

/**
 * The sessions of some files, told by content and not by name: CSV, NDJSON, JSON and Parquet of ours, DynamoDB
 * exports, saved answers of DynamoDB, records of its streams; plain or gzip. Rows in the order of the files. A
 * file that cannot be read to its end is rejected, its rows so far delivered, the others read. Holds one
 * piece of one file.
 */
export async function* readSessionFiles(
  files: readonly SessionFile[],
  required: readonly RequiredField[],
  context: ReadContext,
): Source<Session> {
  for await (const file of readAhead(oneByOne(files), context.signal)) {
    context.signal.throwIfAborted();
    yield* deliver(readSessionFile(file, required, context.signal), context);
  }
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** How Parquet begins. */
const PARQUET = 'PAR1';

/** The sessions of one file as data. */
export async function* readSessionFile(
  file: SessionFile,
  required: readonly RequiredField[],
  signal: AbortSignal,
): AsyncGenerator<FilePart<Session>> {
  yield newFilePart({ files: 1 });
  let items = 0;
  try {
    for await (const part of partsOf(file, required, signal)) {
      items += (part.counters.rows ?? 0) + (part.counters.bareDeletions ?? 0);
      yield part;
    }
    if ('items' in file && items !== file.items) {
      const by = 'sha256' in file ? 'record' : 'manifest';
      throw new SourceError(`the ${by} promises ${file.items} items, the file has ${items}`);
    }
  } catch (error) {
    yield { ...newFilePart(), rejects: [brokenFile(file.name, error)] };
  }
}

async function* partsOf(
  file: SessionFile,
  required: readonly RequiredField[],
  signal: AbortSignal,
): AsyncGenerator<FilePart<Session>> {
  const content = readBytes(file, signal, 'items' in file ? file : {});
  const { start, rest } = await peek(content, ({ length }) => length >= PARQUET.length);
  const all = putBack(start, rest);
  if (start.toString('latin1', 0, PARQUET.length) === PARQUET) {
    const { readSessionParquet } = await import('./parquet/session-parquet.js');
    return yield* readSessionParquet(all, file.name, required);
  }
  const { shape, bytes } = await shapeOf(all, SESSION_KEYS);
  if (shape === 'empty') {
    yield emptyPart(file);
  } else if (shape === 'text') {
    const { readSessionCsv } = await import('./session-csv.js');
    yield* readSessionCsv(bytes, file.name, required);
  } else {
    const { readSessionJson } = await import('./session-json.js');
    yield* readSessionJson(bytes, shape, file.name, required);
  }
  return undefined;
}

/** An export that found nothing is an empty file; a stream without a byte is more often a command that failed. */
function emptyPart(file: SessionFile): FilePart<Session> {
  if (file.isCopy) {
    throw new SourceError(
      'it is empty: the command before the pipe may have failed; an empty export can be given as a file',
    );
  }
  return { ...newFilePart(), notes: [`${file.name} is empty`] };
}
