import { RecordError, SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { type RoleCall, parseRoleCall } from '../../model/role-call/role-call.js';
import type { Source } from '../../pipeline/pipe.js';
import { shapeOf } from '../../text/file-shape.js';
import { rejectFile } from '../broken-file.js';
import { readBytes } from '../../storage/input-file.js';
import { JsonRows } from '../../text/json-rows.js';
import { readLines } from '../../text/lines.js';
import type { LogFile } from './log-files.js';
import { parseJson, recordIn } from './lookup-record.js';
import { fingerprint, redacted } from '../redacted.js';

/**
 * The role events of some log files, in the order of the files and of the records in each: what a trail
 * delivers, records as NDJSON or as a list, saved `lookup-events` output; plain or gzip. Only records that may
 * be role events are parsed; all are told apart exactly. A file that cannot be read to its end is
 * rejected, its events so far delivered, the others read. Holds a piece of a file, and one record.
 */
export async function* readLogFiles(
  files: readonly LogFile[],
  context: ReadContext,
): Source<RoleCall> {
  for (const [at, file] of files.entries()) {
    context.signal.throwIfAborted();
    context.meter.files++;
    try {
      yield* readLogFile(file, context);
    } catch (error) {
      rejectFile(file, error, context);
    }
    context.meter.share = (at + 1) / files.length;
  }
}

/** Under which keys a document keeps its records: a trail's, and that of `aws cloudtrail lookup-events`. */
const RECORD_LISTS = ['Records', 'Events'];
const RECORD_KEYS = new Set([...RECORD_LISTS, 'NextToken', '$metadata']);

async function* readLogFile(file: LogFile, context: ReadContext): Source<RoleCall> {
  const { shape, bytes } = await shapeOf(readBytes(file, context.signal), RECORD_KEYS);
  const first = firstRecordCheck();
  if (shape === 'text') throw new SourceError('not a CloudTrail log: it is no JSON');
  if (shape === 'empty') throw new SourceError('it is empty, which no log of a trail is');
  if (shape === 'lines') {
    for await (const lines of readLines(bytes)) {
      const events: RoleCall[] = [];
      for (const line of lines) {
        first(line.bytes);
        pushEvent(events, line.bytes, false, () => `${file.name}:${line.number}`, context);
      }
      if (events.length > 0) yield events;
    }
  } else {
    const rows = new JsonRows(shape, RECORD_LISTS);
    let count = 0;
    const eventsOf = (found: readonly Buffer[]): RoleCall[] => {
      const events: RoleCall[] = [];
      for (const row of found) {
        const number = ++count;
        first(row);
        pushEvent(events, row, true, () => `${file.name}, record ${number}`, context);
      }
      return events;
    };
    for await (const piece of bytes) {
      const events = eventsOf(rows.push(piece));
      if (events.length > 0) yield events;
    }
    const last = rows.end();
    const events = eventsOf(last.rows);
    if (events.length > 0) yield events;
    last.envelopes.forEach(checkLookupIsWhole);
  }
}

/** A name of a role call, also of `AssumeRoot`; and a name may be spelt with escapes. */
const NEEDLE = Buffer.from('AssumeRo');
const ESCAPE = Buffer.from('\\u00');

function pushEvent(
  events: RoleCall[],
  bytes: Buffer,
  isWhole: boolean,
  placeOf: () => string,
  context: ReadContext,
): void {
  const mayBeOne = bytes.indexOf(NEEDLE) !== -1 || bytes.indexOf(ESCAPE) !== -1;
  const isObject = isWhole ? bytes[0] === 0x7b : isOneObject(bytes);
  if (!mayBeOne && isObject) return;
  let record: unknown;
  try {
    record = recordIn(parseJson(bytes));
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    context.meter.events++;
    const raw = fingerprint(bytes);
    context.reject({ kind: 'row', place: placeOf(), reason: error.message, raw });
    return;
  }
  try {
    const event = parseRoleCall(record);
    if (event === undefined) return;
    context.meter.events++;
    events.push(event);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    context.meter.events++;
    const raw = redacted(record);
    context.reject({ kind: 'row', place: placeOf(), reason: error.message, raw });
  }
}

/** A line that is no whole object may be the rest of a role event. */
function isOneObject(line: Buffer): boolean {
  try {
    const rows = new JsonRows('sequence');
    const found = rows.push(line);
    return found.length === 1 && line[0] === 0x7b && rows.end().rows.length === 0;
  } catch {
    return false;
  }
}

/** What every record of a trail, of `lookup-events` or of a digest has one of. */
const RECORD_MARKS = ['eventName', 'eventID', 'CloudTrailEvent', 'digestS3Object'];

/** A file of something else would look like a trail without events: the first record must be one. */
function firstRecordCheck(): (bytes: Buffer) => void {
  let isChecked = false;
  return (bytes) => {
    if (isChecked) return;
    isChecked = true;
    try {
      const record = JSON.parse(bytes.toString()) as object | null;
      if (RECORD_MARKS.some((mark) => record !== null && Object.hasOwn(record, mark))) return;
    } catch {
      return; // a bad first record is rejected by itself
    }
    throw new SourceError(
      'not a CloudTrail log: its first record has neither eventName nor eventID',
    );
  };
}

/** Events that were saved in part would make findings vanish. */
function checkLookupIsWhole(envelope: unknown): void {
  if (typeof envelope !== 'object' || envelope === null || !('Events' in envelope)) return;
  if ('NextToken' in envelope && envelope.NextToken !== null) {
    throw new SourceError('these events were saved in part: run lookup-events without --max-items');
  }
}
