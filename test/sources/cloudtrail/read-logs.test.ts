import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Interruption } from '../../../src/errors.js';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import type { Window } from '../../../src/model/time/window.js';
import { storages } from '../../../src/storage/storage-of.js';
import { otherCallsSkipper } from '../../../src/sources/cloudtrail/other-calls-skipper.js';
import { readLogFiles } from '../../../src/sources/cloudtrail/read-logs.js';
import { listLogFiles } from '../../../src/sources/cloudtrail/listing/log-files.js';
import type { JsonRow } from '../../../src/text/json/json-row.js';
import { JsonRows } from '../../../src/text/json/json-rows.js';
import { assumeRoleRecord, eventIdOf, trailRecords } from '../../support/cloudtrail.js';
import { rowsOf, temporaryFolder } from '../../support/contracts.js';
import {
  type KeptReading,
  LAYOUTS,
  innerOf,
  keptReading,
  parseAll,
  someRecord,
  spelt,
} from '../../support/records.js';
import { sessionRow, sessionRows } from '../../support/sessions.js';

describe.each(Object.entries(LAYOUTS))('records %s', (name, { write, listIn }) => {
  const contents = fc.record({
    records: fc.array(someRecord, { minLength: 1, maxLength: 6 }),
    indent: fc.nat(3),
  });

  test('give the events that parsing everything gives, in their order', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'log');
    const property = fc.asyncProperty(
      contents,
      fc.boolean(),
      fc.constantFrom('', '\ufeff'),
      async ({ records, indent }, isPacked, mark) => {
        const text = spelt(write(records, indent));
        writeFileSync(path, isPacked ? gzipSync(mark + text) : mark + text);
        const { events, rejects, meter } = await readAll([path]);
        const expected = parseAll(listIn(text)).events;
        expect(events).toEqual(expected);
        expect(rejects).toEqual([]);
        expect(meter.events).toBe(expected.length);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test('are the rows that parsing everything gives, in pieces cut anywhere', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 });
    const property = fc.property(contents, sizes, ({ records, indent }, cuts) => {
      const text = spelt(write(records, indent));
      const values = rowsIn(Buffer.from(text), cuts);
      expect(name.includes('looked') || name.includes('lookup') ? innerOf(values) : values).toEqual(
        listIn(text),
      );
    });
    fc.assert(property, { numRuns: 100 });
  });

  test('are found in a file of many pieces, wherever those are cut', async () => {
    const path = join(temporaryFolder(), 'log');
    const records = [...trailRecords(700)];
    const property = fc.asyncProperty(fc.nat(1500), fc.boolean(), async (padding, isPacked) => {
      const first = { ...records[0], additionalEventData: 'x'.repeat(padding) };
      const text = write([first, ...records.slice(1)], 0);
      expect(text.length).toBeGreaterThan(2 * 256 * 1024);
      writeFileSync(path, isPacked ? gzipSync(text, { level: 1 }) : text);
      const { events, rejects } = await readAll([path]);
      expect(events).toEqual(parseAll(records).events);
      expect(rejects).toEqual([]);
    });
    await fc.assert(property, { numRuns: 4 });
  });

  test('that are cut off are named with their path, and the others are read', async () => {
    const folder = temporaryFolder();
    const [cutOff, whole] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(whole, write([assumeRoleRecord()], 0));
    const records = [...trailRecords(4), assumeRoleRecord({ eventName: 'PutObject' })];
    const all = parseAll(records).events;
    for (const isPacked of [false, true]) {
      const text = Buffer.from(write(records, 0));
      const bytes = isPacked ? gzipSync(text) : text;
      const property = fc.asyncProperty(
        fc.integer({ min: 1, max: bytes.length - 2 }),
        async (end) => {
          fc.pre(isPacked || bytes[end] !== 0x0a); // a line less is no line that was cut
          fc.pre(isPacked || bytes[end - 1] !== 0x0a);
          writeFileSync(cutOff, bytes);
          truncateSync(cutOff, end);
          const { events, rejects } = await readAll([cutOff, whole]);
          expect(rejects.map(({ place }) => place)).toEqual([
            expect.stringMatching(new RegExp(`^${cutOff}`)),
          ]);
          expect(events.slice(0, -1)).toEqual(all.slice(0, events.length - 1));
          expect(events.at(-1)?.eventId).toBe(eventIdOf(0));
        },
      );
      await fc.assert(property, { numRuns: 40 });
    }
  });
});

test('a damaged gzip is named, or does no damage', async () => {
  const path = join(temporaryFolder(), 'log.json.gz');
  const records = [...trailRecords(20)];
  const bytes = gzipSync(JSON.stringify({ Records: records }));
  const property = fc.asyncProperty(
    fc.nat(bytes.length - 1),
    fc.integer({ min: 1, max: 255 }),
    async (at, flip) => {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= flip;
      writeFileSync(path, damaged);
      const { events, rejects } = await readAll([path]);
      if (rejects.length === 0) expect(events).toEqual(parseAll(records).events);
      else expect(rejects[0]?.place).toContain(path);
    },
  );
  await fc.assert(property, { numRuns: 100 });
});

describe('a file of something else is an error, not an empty trail', () => {
  const record = assumeRoleRecord();
  const event = { EventId: 'x', CloudTrailEvent: JSON.stringify(record) };
  test.each([
    ['an export of sessions as NDJSON', JSON.stringify(sessionRow(1))],
    ['an export of sessions as JSON', JSON.stringify({ sessions: sessionRows(2) })],
    ['the same pretty printed', JSON.stringify({ sessions: sessionRows(2) }, null, 2)],
    ['a list of sessions', JSON.stringify(sessionRows(2))],
    ['CSV', 'id,user\n1,alice\n'],
    ['a package.json', JSON.stringify({ name: 'x', version: '1.0.0' }, null, 2)],
    ['a document without a list', '{"Records":{"eventName":"AssumeRole"}}'],
    ['text', 'An error occurred (AccessDenied)\n'],
    ['a list of numbers', '[1,2,3]'],
    ['an archive', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0])],
    ['several files joined', `{"Records":[]}{"Records":[${JSON.stringify(record)}]}`],
    ['a list of log files, as jq -s makes it', JSON.stringify([{ Records: [record] }])],
    ['a log with another member first', JSON.stringify({ Comment: 'x', Records: [record] })],
    ['an answer as the SDK saves it', JSON.stringify({ $metadata: {}, Events: [event] })],
    ['the same pretty printed', JSON.stringify({ $metadata: {}, Events: [event] }, null, 2)],
    ['what EventBridge delivers', JSON.stringify({ version: '0', detail: record })],
  ])('%s', async (_, content) => {
    const path = join(temporaryFolder(), 'log.json');
    writeFileSync(path, content);
    const { events, rejects, meter } = await readAll([path]);
    // Reading them would be as good; saying nothing is not.
    if (events.length > 0) expect(events).toEqual(parseAll([record]).events);
    else expect(rejects.map(({ place }) => place)).toEqual([path]);
    expect(meter.complete).toBe(events.length > 0 && rejects.length === 0);
  });

  test('a trail that recorded nothing is none', async () => {
    const path = join(temporaryFolder(), 'log.json');
    for (const nothing of ['{"Records":[]}', '{ "Events" : [ ] }', '[]']) {
      writeFileSync(path, nothing);
      expect(await readAll([path])).toMatchObject({ events: [], rejects: [] });
    }
  });

  test('events that were saved in part are an error', async () => {
    const path = join(temporaryFolder(), 'saved.json');
    writeFileSync(path, JSON.stringify({ Events: [event], NextToken: 'more' }));
    const { events, rejects } = await readAll([path]);
    expect(events.length).toBe(1);
    expect(rejects).toMatchObject([{ kind: 'file', place: path }]);
  });
});

test('a line that is no JSON is rejected wherever its noise begins', async () => {
  const path = join(temporaryFolder(), 'log.ndjson');
  const record = JSON.stringify(assumeRoleRecord());
  for (const noise of ['Permission denied', record.slice(0, 20), record.slice(0, -1), '}']) {
    writeFileSync(path, `${record}\n${noise}\n${record}\n`);
    const { events, rejects } = await readAll([path]);
    expect(rejects.length, noise).toBe(1);
    expect(rejects[0]?.place).toContain(path);
    expect(events.length).toBeGreaterThan(0);
  }
});

describe('a role event in another dress is taken or rejected, never passed over', () => {
  const record = assumeRoleRecord();
  const first = assumeRoleRecord({ eventID: eventIdOf(1) });
  const lookedUp = { EventId: record['eventID'], EventName: 'AssumeRole' };

  test.each<[string, unknown]>([
    ['a document of a trail on a line', { Records: [record] }],
    ['what EventBridge delivers', { version: '0', detail: record }],
    ['a list', [record]],
    ['a text', JSON.stringify(record)],
  ])('%s is taken', async (_, dressed) => {
    const path = join(temporaryFolder(), 'log');
    const alone = [JSON.stringify(first), JSON.stringify(dressed)].join('\n');
    for (const content of [alone, JSON.stringify({ Records: [first, dressed] })]) {
      writeFileSync(path, content);
      const { events, rejects } = await readAll([path]);
      expect(events.map(({ eventId }) => eventId)).toEqual([eventIdOf(1), eventIdOf(0)]);
      expect(rejects).toEqual([]);
    }
  });

  test.each<[string, unknown]>([
    ['a looked up event without its record', lookedUp],
    ['a looked up event whose record is null', { ...lookedUp, CloudTrailEvent: null }],
    ['a looked up event whose record is no JSON', { ...lookedUp, CloudTrailEvent: 'AssumeRole' }],
    ['a looked up event whose record is a list', { ...lookedUp, CloudTrailEvent: [record] }],
    ['a record without a service', { ...record, eventSource: undefined }],
    ['a record whose name is a list', { ...record, eventName: ['AssumeRole'] }],
  ])('%s is rejected', async (_, dressed) => {
    const path = join(temporaryFolder(), 'log');
    const alone = [JSON.stringify(first), JSON.stringify(dressed)].join('\n');
    for (const content of [alone, JSON.stringify({ Records: [first, dressed] })]) {
      writeFileSync(path, content);
      const { events, rejects } = await readAll([path]);
      expect(events.map(({ eventId }) => eventId)).toEqual([eventIdOf(1)]);
      expect(rejects).toMatchObject([{ kind: 'row', place: expect.stringContaining(path) }]);
    }
  });

  test('a looked up event whose record is an object is taken', async () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, JSON.stringify({ Events: [{ ...lookedUp, CloudTrailEvent: record }] }));
    const { events, rejects } = await readAll([path]);
    expect([events.length, rejects]).toEqual([1, []]);
  });
});

test('standard input is read in whatever pieces it comes, packed or not', async () => {
  const records = [...trailRecords(30)];
  const text = JSON.stringify({ Records: records });
  for (const bytes of [Buffer.from(text), gzipSync(text), gzipSync(`\ufeff${text}`)]) {
    for (const size of [1, 2, 1000]) {
      const stdin = Readable.from(pieces(bytes, size));
      const { events, rejects, meter } = await readAll(['-'], ALWAYS, stdin);
      expect(events).toEqual(parseAll(records).events);
      expect([rejects, meter.files]).toEqual([[], 1]);
    }
  }
});

test('standard input that ends after one byte is rejected by its name', async () => {
  for (const byte of [0x1f, 0x7b]) {
    const stdin = Readable.from([Buffer.from([byte])]);
    const { events, rejects } = await readAll(['-'], ALWAYS, stdin);
    expect(events).toEqual([]);
    expect(rejects).toMatchObject([{ place: expect.stringMatching(/^standard input/) as string }]);
  }
});

test('what comes after the zeros that fill up a gzip is not left out', async () => {
  const path = join(temporaryFolder(), 'log.gz');
  const [one, two] = [0, 1].map((n) =>
    gzipSync(`${JSON.stringify(assumeRoleRecord({ eventID: eventIdOf(n) }))}\n`),
  ) as [Buffer, Buffer];
  const zeros = (length: number): Buffer => Buffer.alloc(length);
  const wrong = ['the gzip goes on after zeros'];
  for (const [content, count, reasons] of [
    [[one, two], 2, []],
    [[one, zeros(300_000)], 1, []],
    [[one, zeros(3_000_000)], 1, []],
    [[one, zeros(1), two], 1, wrong],
    [[one, zeros(300_000), two], 1, wrong],
    [[one, zeros(3_000_000), two], 1, wrong],
  ] as const) {
    writeFileSync(path, Buffer.concat(content));
    const { events, rejects } = await readAll([path]);
    expect([events.length, rejects.map(({ reason }) => reason)]).toEqual([count, reasons]);
  }
});

test('of a gzip that is cut off, the members before are read, and the file is rejected', async () => {
  const path = join(temporaryFolder(), 'log.gz');
  const [one, two, last] = [0, 1, 2].map((n) =>
    gzipSync(`${JSON.stringify(assumeRoleRecord({ eventID: eventIdOf(n) }))}\n`),
  ) as [Buffer, Buffer, Buffer];
  for (const length of [1, 5, 12, last.length >> 1]) {
    writeFileSync(path, Buffer.concat([one, two, last.subarray(0, length)]));
    const { events, rejects, meter } = await readAll([path]);
    expect(events.map(({ eventId }) => eventId)).toEqual([0, 1].map(eventIdOf));
    expect(rejects).toMatchObject([{ kind: 'file', place: path }]);
    expect(meter.complete).toBe(false);
  }
});

test('a file of white space is given up after a megabyte of it', async () => {
  const path = join(temporaryFolder(), 'log.gz');
  writeFileSync(path, gzipSync(Buffer.alloc(8_000_000, ' ')));
  const { events, rejects } = await readAll([path]);
  expect([events, rejects.length]).toEqual([[], 1]);
});

test('what is no object among records is rejected, whatever it is', async () => {
  const path = join(temporaryFolder(), 'log.json');
  const odd = [null, 7, 'x', [], true];
  writeFileSync(path, JSON.stringify({ Records: [assumeRoleRecord(), ...odd] }));
  const { events, rejects } = await readAll([path]);
  expect(events.length).toBe(1);
  expect(rejects.map(({ place }) => place)).toEqual(odd.map((_, n) => `${path}, record ${n + 2}`));
});

test('links to folders are followed, and those that lead back are not', async () => {
  const folder = temporaryFolder();
  const elsewhere = temporaryFolder();
  writeFileSync(join(elsewhere, 'log.json'), JSON.stringify({ Records: [assumeRoleRecord()] }));
  symlinkSync(elsewhere, join(folder, 'archive'));
  symlinkSync(folder, join(elsewhere, 'back'));
  const { events, rejects } = await readAll([folder]);
  expect([events.length, rejects]).toEqual([1, []]);
});

test('a record that lacks its id or its time is rejected with its place, the others are read', async () => {
  const folder = temporaryFolder();
  const records = [
    assumeRoleRecord(),
    assumeRoleRecord({ eventTime: 'yesterday' }),
    assumeRoleRecord({ eventID: undefined }),
    assumeRoleRecord({ eventTime: undefined }),
    assumeRoleRecord({ eventID: 7 }),
    assumeRoleRecord({ eventID: eventIdOf(5) }),
  ];
  const [trail, lines] = [join(folder, 'a-trail.json'), join(folder, 'b-lines.ndjson')];
  writeFileSync(trail, JSON.stringify({ Records: records }));
  writeFileSync(lines, LAYOUTS['as NDJSON']!.write(records, 0));
  const { events, rejects, meter } = await readAll([trail, lines]);
  expect(events.length).toBe(4);
  expect(meter).toMatchObject({ events: 12, rejected: 8, brokenFiles: 0 });
  const places = [2, 3, 4, 5].map((n) => `${trail}, record ${n}`);
  expect(rejects.map(({ place }) => place)).toEqual([
    ...places,
    ...[2, 3, 4, 5].map((n) => `${lines}:${n}`),
  ]);
  expect(rejects.map(({ reason }) => reason).slice(0, 4)).toEqual([
    'eventTime: expected an RFC 3339 time, found "yesterday"',
    'eventID: missing',
    'eventTime: expected an RFC 3339 time, found nothing',
    'eventID: expected text, found a number',
  ]);
});

test('credentials are never in events, rejects or notes', async () => {
  const path = join(temporaryFolder(), 'log');
  const bad = {
    eventTime: 'never',
    responseElements: [{ Credentials: { sessionToken: 'HIDDEN' } }],
  };
  const records = [assumeRoleRecord(), assumeRoleRecord(bad), assumeRoleRecord({ eventID: '' })];
  for (const { write } of Object.values(LAYOUTS)) {
    const text = write(records, 0);
    const spoilt = text.replaceAll('"HIDDEN"', '"HIDDEN').replaceAll('HIDDEN\\"', 'HIDDEN');
    for (const content of [text, spoilt, text.slice(0, text.lastIndexOf('HIDDEN') + 6)]) {
      writeFileSync(path, content);
      const { events, rejects, notes } = await readAll([path]);
      expect(rejects.length).toBeGreaterThan(0);
      const everything = JSON.stringify({ events, rejects, notes });
      expect(everything).not.toContain('HIDDEN');
      expect(everything).not.toContain('ASIAEXAMPLEISSUED');
    }
  }
});

test('large files among small ones are read in their order, and memory that was lent is given back', async () => {
  const folder = temporaryFolder();
  const ids: string[] = [];
  for (let file = 0; file < 16; file++) {
    const records = Array.from({ length: file % 5 === 3 ? 2 : 300 }, (_, n) => {
      const other = n % 3 === 0 && { eventSource: 's3.amazonaws.com', eventName: 'GetObject' };
      const eventID = eventIdOf(file * 1000 + n);
      if (!other) ids.push(eventID);
      const padding = randomBytes(300).toString('base64');
      return assumeRoleRecord({ eventID, ...other, additionalEventData: { padding } });
    });
    const packed = gzipSync(JSON.stringify({ Records: records }));
    // One is filled up with zeros, and read as a stream.
    const bytes = file === 6 ? Buffer.concat([packed, Buffer.alloc(5)]) : packed;
    writeFileSync(join(folder, `${String(file).padStart(2, '0')}.json.gz`), bytes);
  }
  const { free } = otherCallsSkipper()!.rooms;
  const before = free.length;
  const { events, rejects } = await readAll([folder]);
  expect(events.map(({ eventId }) => eventId)).toEqual(ids);
  expect(rejects).toEqual([]);
  expect(free.length).toBe(before);

  const { context } = keptReading();
  const places = { places: [folder], window: ALWAYS };
  const { files } = await listLogFiles(places, storages(Readable.from([]), context), context);
  for await (const _ of readLogFiles(files(), context)) break;
  expect(free.length).toBe(before);
});

test('an interruption stops the reading within a file', async () => {
  const path = join(temporaryFolder(), 'log.json');
  writeFileSync(path, LAYOUTS['of a trail']!.write([...trailRecords(2000)], 0));
  const stop = new AbortController();
  const context = { ...keptReading().context, signal: stop.signal };
  const places = { places: [path], window: ALWAYS };
  const { files } = await listLogFiles(places, storages(Readable.from([]), context), context);
  const reason = new Interruption('SIGINT');
  let batches = 0;
  const readAndStop = async (): Promise<void> => {
    for await (const _ of readLogFiles(files(), context)) {
      batches++;
      stop.abort(reason);
    }
  };
  await expect(readAndStop()).rejects.toBe(reason);
  expect(batches).toBe(1);
});

describe('the layout of a trail', () => {
  const AREA = 'AWSLogs/111122223333/CloudTrail/us-east-1';
  const window = {
    since: parseInstant('2026-01-20T00:00:00Z'),
    until: parseInstant('2026-01-21T00:00:00Z'),
  };

  test('digests and insights are passed over', async () => {
    const root = temporaryFolder();
    writeLog(root, `${AREA}/2026/01/20/1_CloudTrail_us-east-1_20260120T0000Z_a.json.gz`, [1]);
    for (const kind of ['CloudTrail-Digest', 'CloudTrail-Insight']) {
      const area = AREA.replace('/CloudTrail/', `/${kind}/`);
      writeNoise(root, `${area}/2026/01/20/1_${kind}_us-east-1_x.json.gz`);
      writeNoise(root, `downloaded/1_${kind}_us-east-1_x.json.gz`);
    }
    const { events, rejects, meter } = await readAll([root], window);
    expect(numbersOf(events)).toEqual([1]);
    expect(rejects).toEqual([]);
    expect(meter.files).toBe(1);
  });

  test('folders of days outside the window are not opened, a day on either side is', async () => {
    const root = temporaryFolder();
    const days = Array.from({ length: 31 }, (_, n) => n + 1);
    for (const day of days) {
      const path = `${AREA}/2026/01/${String(day).padStart(2, '0')}/log.json.gz`;
      if (day >= 19 && day <= 22) writeLog(root, path, [day]);
      else writeNoise(root, path);
    }
    writeNoise(root, `${AREA}/2025/01/20/log.json.gz`);
    const { events, rejects } = await readAll([root], window);
    expect(rejects).toEqual([]);
    for (const day of [19, 20, 21]) expect(numbersOf(events)).toContain(day);
  });

  test('files come in the order of their days, whatever their accounts and regions', async () => {
    const root = temporaryFolder();
    const place = (account: number, region: string, day: number): string =>
      `AWSLogs/o-x/${account}/CloudTrail/${region}/2026/01/${day}/log.json`;
    writeLog(root, place(2, 'eu-west-1', 19), [1]);
    writeLog(root, place(1, 'us-east-1', 20), [2]);
    writeLog(root, place(2, 'eu-west-1', 21), [3]);
    writeLog(root, place(1, 'eu-west-1', 21), [4]);
    const { events, inOrderOfDays } = await readAll([root], window);
    expect(numbersOf(events)).toEqual([1, 2, 4, 3]);
    expect(inOrderOfDays).toBe(true);
    writeLog(root, 'other.json', [5]);
    expect((await readAll([root], window)).inOrderOfDays).toBe(false);
  });

  test('a path without a log of the window is no empty trail', async () => {
    const root = temporaryFolder();
    writeNoise(root, `${AREA}/2025/01/20/log.json.gz`);
    const { rejects, meter } = await readAll([root, temporaryFolder()], window);
    expect(rejects.map(({ reason }) => reason)).toEqual(
      Array(2).fill('it has no log file of the window'),
    );
    expect(rejects[0]?.place).toBe(root);
    expect(meter.complete).toBe(false);
  });

  test('a path that is not there is an error', async () => {
    const path = join(temporaryFolder(), 'nowhere');
    expect((await readAll([path])).rejects).toMatchObject([{ kind: 'file', place: path }]);
  });

  test('thousands of tiny files are read', async () => {
    const root = temporaryFolder();
    const count = 2000;
    for (let n = 0; n < count; n++) {
      const hour = String(n % 24).padStart(2, '0');
      writeLog(root, `${AREA}/2026/01/20/log_${hour}_${n}.json.gz`, [n]);
    }
    const { events, meter } = await readAll([root], window);
    expect(numbersOf(events).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
    expect(meter).toMatchObject({ files: count, share: 1, complete: true });
  });
});

const ALWAYS: Window = { since: undefined, until: undefined };

interface Result extends KeptReading {
  readonly events: RoleCall[];
  readonly inOrderOfDays: boolean;
}

async function readAll(
  places: readonly string[],
  window: Window = ALWAYS,
  stdin: Readable = Readable.from([]),
  exclude: readonly string[] = [],
): Promise<Result> {
  const kept = keptReading();
  const { files, inOrderOfDays } = await listLogFiles(
    { places, window, exclude },
    storages(stdin, kept.context),
    kept.context,
  );
  const events = await rowsOf(readLogFiles(files(), kept.context));
  return { ...kept, events, inOrderOfDays: inOrderOfDays() };
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The rows of some bytes that come in pieces of these sizes, the last of which repeats. */
function rowsIn(bytes: Buffer, sizes: readonly number[]): unknown[] {
  const json = new JsonRows({ lists: new Set(['Records', 'Events']) });
  const rows: JsonRow[] = [];
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const size = sizes[next] ?? sizes.at(-1)!;
    rows.push(...json.push(Buffer.from(bytes.subarray(at, at + size))));
    at += size;
  }
  rows.push(...json.end());
  return rows.map((row) => JSON.parse(row.bytes.toString()) as unknown);
}

/** A log file with the events of these numbers. */
function writeLog(root: string, path: string, numbers: readonly number[]): void {
  const Records = numbers.map((n) => assumeRoleRecord({ eventID: eventIdOf(n) }));
  const text = JSON.stringify({ Records });
  put(join(root, path), path.endsWith('.gz') ? gzipSync(text, { level: 1 }) : text);
}

function writeNoise(root: string, path: string): void {
  put(join(root, path), 'neither gzip nor JSON');
}

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Event numbers, which the ids end with. */
function numbersOf(events: readonly RoleCall[]): number[] {
  return events.map(({ eventId }) => Number.parseInt(eventId.slice(-12), 16));
}

test('a record of STS without its name is rejected wherever it stands; other calls of STS are not role calls', async () => {
  const path = join(temporaryFolder(), 'log.ndjson');
  const [first] = trailRecords(1);
  const { eventName: _, ...nameless } = first!;
  const other = { ...first, eventName: 'GetCallerIdentity' };
  writeFileSync(path, [first, nameless, other].map((one) => `${JSON.stringify(one)}\n`).join(''));
  const { events, rejects } = await readAll([path]);
  expect(events).toHaveLength(1);
  expect(rejects).toMatchObject([{ place: `${path}:2`, reason: 'eventName: missing' }]);
});

test('records beside the list of a document are read', async () => {
  const path = join(temporaryFolder(), 'log.json');
  const [one, two] = trailRecords(2);
  const beside = { Records: [one], detail: two };
  writeFileSync(path, JSON.stringify(beside, null, 1));
  expect((await readAll([path])).events).toHaveLength(2);
});
