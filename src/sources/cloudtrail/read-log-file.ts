import { RecordError, SourceError } from '../../errors.js';
import { parseRoleCall } from '../../model/role-call/parse-role-call.js';
import type { RoleCall } from '../../model/role-call/role-call.js';
import {
  type FilePart,
  type OpenFilePart,
  addPart,
  countIn,
  newFilePart,
} from '../../pipeline/file-part.js';
import { beginContent, readBytes } from '../../storage/read-bytes.js';
import type { StoredFile } from '../../storage/storage.js';
import { type ShapedFile, shapeOf, shapeOfContent } from '../../text/file-shape.js';
import type { Envelope } from '../../text/json/json-rows.js';
import {
  type JsonText,
  JsonTextReader,
  type JsonTexts,
  placeOf,
  readJsonTexts,
  valuesOf,
} from '../../text/json/json-texts.js';
import { brokenFile } from '../broken-file.js';
import { fingerprint, redacted } from '../redacted.js';
import { foreignRecord } from './foreign-record.js';
import { foreignText } from './foreign-text.js';
import { isOtherCall } from './other-call.js';
import { otherCallsSkipper, roomsForCalls } from './other-calls-skipper.js';
import { type Found, besideLists, unwrap } from './unwrap.js';
import { WholeCheck } from './whole-check.js';
import { DOCUMENT_KEYS, RECORD_LISTS } from './wrappers.js';

/**
 * The role events of one log file as data: what a trail delivers, records as NDJSON, as a list or one after the
 * other, and records in the wrappers in which they travel; plain or gzip. Only records that may hand out role
 * credentials are parsed; all are told apart exactly. A file whose first record is not CloudTrail's is refused,
 * a later one is rejected. Holds a piece of a file, and one record.
 */
export async function* readLogFile(
  file: StoredFile,
  signal: AbortSignal,
  withContent = beginContent(file, roomsForCalls),
): AsyncGenerator<FilePart<RoleCall>> {
  const whole = await withContent((content) => partOf(file.name, content));
  if (whole !== undefined) {
    yield whole;
    return;
  }
  yield newFilePart({ files: 1 });
  try {
    const shaped = await shapeOf(readBytes(file, signal), DOCUMENT_KEYS);
    const reading = new LogReading(file.name);
    let layout: 'lines' | 'values';
    try {
      layout = layoutOf(shaped);
    } catch (error) {
      void shaped.bytes.return(undefined);
      throw error;
    }
    const skipper = otherCallsSkipper()?.skipper;
    for await (const texts of readJsonTexts(shaped.bytes, layout, RECORD_LISTS, skipper)) {
      const part = reading.takeAll(texts);
      if (part.rows.length > 0 || part.rejects.length > 0) yield part;
    }
    reading.end();
  } catch (error) {
    yield { ...newFilePart(), rejects: [brokenFile(file.name, error)] };
  }
}

/** All of a file whose content is there. */
function partOf(name: string, bytes: Buffer): FilePart<RoleCall> {
  const all = newFilePart<RoleCall>({ files: 1 });
  try {
    const { content, ...shape } = shapeOfContent(bytes, DOCUMENT_KEYS);
    const skipper = otherCallsSkipper(bytes.length)?.skipper;
    const reader = new JsonTextReader(layoutOf(shape), RECORD_LISTS, skipper);
    const reading = new LogReading(name);
    for (const texts of reader.push(content)) addPart(all, reading.takeAll(texts));
    for (const texts of reader.end()) addPart(all, reading.takeAll(texts));
    reading.end();
  } catch (error) {
    all.rejects.push(brokenFile(name, error));
  }
  return all;
}

/** The time and the blank that CloudWatch Logs writes before each record when it exports to S3. */
const TIMED = /^\d{4}-\d\d-\d\dT[\d:.]+Z?\s+(?=[{["])/;

/** @throws SourceError for what is no log. */
function layoutOf({ shape, head }: Pick<ShapedFile, 'shape' | 'head'>): 'lines' | 'values' {
  if (shape === 'lines' || shape === 'values') return shape;
  if (shape === 'text' && TIMED.test(head)) return 'lines';
  throw new SourceError(
    shape === 'empty'
      ? 'it is empty, which no log of a trail is'
      : `not a CloudTrail log: ${foreignText(head)}`,
  );
}

/** Stands for the document as a whole, where a text has its number. */
const WHOLE = 0;

/** What is known of a file while its texts come. */
class LogReading {
  readonly #name: string;
  readonly #whole = new WholeCheck();
  #hasRecords = false;
  #hasRejects = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws SourceError when what comes first is not CloudTrail's. */
  takeAll({ texts, envelopes, skipped, firstIsSkipped }: JsonTexts): FilePart<RoleCall> {
    const part = newFilePart<RoleCall>();
    if (firstIsSkipped) this.#hasRecords = true; // what is passed over are records of other calls
    for (const text of texts) this.take(text, part);
    if (skipped > 0) this.#hasRecords = true;
    for (const envelope of envelopes) this.takeEnvelope(envelope, part);
    return part;
  }

  /** @throws SourceError when what comes first is not CloudTrail's. */
  take(given: JsonText, part: OpenFilePart<RoleCall>): void {
    const text = withoutTime(given);
    if (isOtherCall(text, !this.#hasRecords)) {
      this.#hasRecords = true;
      return;
    }
    this.#whole.rows++;
    const { values, envelopes, broken } = valuesOf(text, RECORD_LISTS);
    const joined = broken !== undefined && text !== given ? joinedLines(text) : [];
    if (joined.length > 1) {
      for (const line of joined) this.take(line, part);
      return;
    }
    for (const envelope of envelopes) this.takeEnvelope(envelope, part);
    for (const value of values) {
      for (const found of unwrap(value)) this.#takeFound(found, text, part);
    }
    if (broken !== undefined) this.#reject(broken, fingerprint(text.bytes), text, part);
  }

  takeEnvelope(envelope: Envelope, part: OpenFilePart<RoleCall>): void {
    const { value } = envelope;
    this.#whole.take(envelope);
    for (const found of besideLists(value)) {
      const bytes = Buffer.from(JSON.stringify(redacted(value))); // which is nowhere too deep
      const text = { bytes, number: WHOLE, isLine: false };
      this.#takeFound(found, text, part);
    }
  }

  /** @throws SourceError when nothing could be taken, or when the file says that it is not all. */
  end(): void {
    this.#whole.check();
    if (this.#hasRecords || this.#hasRejects || this.#whole.isEmptyTrail) return;
    throw new SourceError('not a CloudTrail log: there is no record in it');
  }

  #takeFound(found: Found, text: JsonText, part: OpenFilePart<RoleCall>): void {
    if (found.kind === 'envelope') {
      this.#whole.take(found.envelope);
    } else if (found.kind === 'record') {
      this.#hasRecords = true;
      try {
        const event = parseRoleCall(found.record);
        if (event === undefined) return;
        part.rows.push(event);
        countIn(part, 'events');
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        this.#reject(error.message, redacted(found.record), text, part);
      }
    } else if (found.kind === 'broken') {
      this.#reject(found.reason, fingerprint(text.bytes), text, part);
    } else if (found.kind === 'foreign') {
      const what = foreignRecord(found.value, found.inner);
      if (!this.#hasRecords) throw new SourceError(`not a CloudTrail log: ${what}`);
      this.#reject(`not a CloudTrail record: ${what}`, redacted(found.value), text, part);
    }
  }

  #reject(reason: string, raw: unknown, text: JsonText, part: OpenFilePart<RoleCall>): void {
    this.#hasRejects = true;
    countIn(part, 'events');
    const place = text.number === WHOLE ? this.#name : placeOf(this.#name, text);
    part.rejects.push({ kind: 'row', place, reason, raw });
  }
}

function withoutTime(text: JsonText): JsonText {
  const first = text.bytes[0] ?? 0;
  if (!text.isLine || first < 0x30 || first > 0x39) return text;
  const time = TIMED.exec(text.bytes.toString('latin1', 0, 64))?.[0] ?? '';
  return { ...text, bytes: text.bytes.subarray(time.length) };
}

/** Files that do not end with a line end, once joined, have two times and records on one line. */
function joinedLines(text: JsonText): JsonText[] {
  return text.bytes
    .toString()
    .split(/(?<=\})(?=\d{4}-\d\d-\d\dT[\d:.]+Z?\s+\{)/)
    .map((line) => ({ ...text, bytes: Buffer.from(line) }));
}
