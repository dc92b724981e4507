import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type RequiredField,
  SESSION_FIELDS,
  type Session,
} from '../../../src/model/session/session.js';
import { listSessionFiles } from '../../../src/sources/sessions/list-session-files.js';
import { readSessionFiles } from '../../../src/sources/sessions/session-files.js';
import { storages } from '../../../src/storage/storage-of.js';
import { rowsOf, temporaryFolder } from '../../support/contracts.js';
import { toItem } from '../../support/dynamodb.js';
import { type KeptReading, keptReading, session } from '../../support/records.js';
import { type Row, sessionRow } from '../../support/sessions.js';
import { writeAll } from '../../support/storages.js';

type Rows = readonly Row[];
const text = (value: unknown): string => JSON.stringify(value);
const base64 = (value: unknown): string => Buffer.from(text(value)).toString('base64');
const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${text(value)}\n`).join('');

async function read(
  content: string | Buffer,
  required: readonly RequiredField[] = [],
): Promise<KeptReading & { sessions: Session[]; path: string }> {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  return { ...(await readPlaces([path], [], required)), path };
}

async function readPlaces(
  places: readonly string[],
  exclude: readonly string[] = [],
  required: readonly RequiredField[] = [],
): Promise<KeptReading & { sessions: Session[] }> {
  const kept = keptReading();
  const storageOf = storages(Readable.from([]), kept.context);
  const { files } = await listSessionFiles(places, exclude, storageOf, kept.context);
  return { ...kept, sessions: await rowsOf(readSessionFiles(files, required, kept.context)) };
}

/** A change of the table, as a stream of it has it; every third one is of a new item. */
const change = (row: Row, at: number): object => ({
  awsRegion: 'eu-west-1',
  eventID: `e${at}`,
  eventName: at % 3 === 0 ? 'INSERT' : 'REMOVE',
  eventSource: 'aws:dynamodb',
  dynamodb: {
    Keys: { id: { S: row['id'] } },
    [at % 3 === 0 ? 'NewImage' : 'OldImage']: toItem(row),
  },
});
const changes = (rows: Rows): object[] => rows.map(change);
const scanOf = (rows: Rows): object => ({
  Items: rows.map(toItem),
  Count: rows.length,
  ScannedCount: rows.length,
});
const columns = Object.keys(SESSION_FIELDS);
const cellOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const csvOf = (rows: Rows): string =>
  [columns, ...rows.map((row) => columns.map((name) => cellOf(row[name])))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');

/** The forms in which people have sessions in hand, and how each is made of them. */
const FORMS: Readonly<Record<string, (rows: Rows) => string | Buffer>> = {
  NDJSON: lines,
  'objects without anything between them': (rows) => rows.map(text).join(''),
  'objects printed': (rows) => rows.map((row) => JSON.stringify(row, null, 2)).join('\n'),
  'a list': text,
  'JSON of ours': (sessions) => JSON.stringify({ sessions }, null, 2),
  'a scan': (rows) => JSON.stringify(scanOf(rows), null, 4),
  'pages of a scan, one a line': (rows) =>
    lines([{ ...scanOf(rows.slice(0, 2)), LastEvaluatedKey: { id: 'x' } }, scanOf(rows.slice(2))]),
  'pages of a scan, printed': (rows) =>
    [{ ...scanOf(rows.slice(0, 2)), NextToken: 'x' }, scanOf(rows.slice(2))]
      .map((page) => JSON.stringify(page, null, 4))
      .join('\n'),
  'a list of pages': (rows) => text([scanOf(rows.slice(0, 2)), scanOf(rows.slice(2))]),
  'execute-statement': (rows) => text({ Items: rows.map(toItem) }),
  'batch-get-item': (rows) =>
    JSON.stringify(
      { Responses: { 'sentinel-sessions': rows.map(toItem) }, UnprocessedKeys: {} },
      null,
      4,
    ),
  'get-item, again and again': (rows) =>
    rows.map((row) => JSON.stringify({ Item: toItem(row) }, null, 4)).join('\n'),
  'lines of a full export': (rows) => lines(rows.map((row) => ({ Item: toItem(row) }))),
  'lines of an incremental export': (rows) =>
    lines(rows.map((row) => ({ Metadata: {}, Keys: {}, OldImage: toItem(row) }))),
  'changes, one a line': (rows) => lines(changes(rows)),
  'changes without anything between them': (rows) => changes(rows).map(text).join(''),
  'a list of changes': (rows) => text(changes(rows)),
  'what the stream hands to Lambda': (rows) => text({ Records: changes(rows) }),
  'what Kinesis hands to Lambda': (rows) =>
    text({ Records: changes(rows).map((one) => ({ kinesis: { data: base64(one) } })) }),
  'what Firehose hands to Lambda': (rows) =>
    text({ records: changes(rows).map((one) => ({ recordId: 'x', data: base64(one) })) }),
  'UTF-16, as PowerShell writes it': (rows) =>
    Buffer.from(`\ufeff${JSON.stringify(scanOf(rows), null, 4)}`, 'utf16le'),
  CSV: csvOf,
  'CSV in UTF-16': (rows) => Buffer.from(`\ufeff${csvOf(rows)}`, 'utf16le'),
  'CSV with blanks around its columns': (rows) =>
    csvOf(rows).replace(/^.*\n/, (line) => ` ${line.trimEnd().replaceAll(',', ' , ')} \n`),
  'CSV with quotes around its columns': (rows) =>
    csvOf(rows).replace(/^.*\n/, `${columns.map((name) => `"${name}"`).join(',')}\n`),
  'CSV that a spreadsheet saved': (rows) =>
    `${csvOf(rows)}\n${','.repeat(columns.length - 1)}\n,,\n`,
};

const ROWS: Rows = [1, 2, 3, 4].map((n) =>
  sessionRow(n, { source_identity: n % 2 === 0 ? '' : `sentinel:u${n}:x`, device_id: '' }),
);

describe.each(Object.entries(FORMS))('%s', (name, write) => {
  test('gives the same sessions as any other form', async () => {
    for (const content of [write(ROWS), gzipSync(write(ROWS))]) {
      const { sessions, rejects, meter, notes } = await read(content, ['identity']);
      expect([rejects, notes]).toEqual([[], []]);
      expect(sessions).toEqual([1, 2, 3, 4].map((n) => session(n, ROWS[n - 1])));
      expect(meter).toMatchObject({ rows: 4, files: 1, complete: true });
    }
  });

  test.skipIf(name.startsWith('CSV'))('also when files are joined', async () => {
    const [one, two] = [ROWS.slice(0, 3), ROWS.slice(3)].map((rows) => Buffer.from(write(rows)));
    for (const content of [
      Buffer.concat([one!, two!]),
      Buffer.concat([gzipSync(one!), gzipSync(two!)]),
    ]) {
      const { sessions, rejects } = await read(content);
      expect(rejects).toEqual([]);
      expect(sessions.map(({ id }) => id)).toEqual(ROWS.map(({ id }) => id));
    }
  });
});

test.each([
  ['UTF-16 without a mark', Buffer.from(lines(ROWS), 'utf16le'), /UTF-16.*iconv -f UTF-16LE/],
  ['a CSV in UTF-16 without a mark', Buffer.from(csvOf(ROWS), 'utf16le'), /iconv -f UTF-16LE/],
  ['UTF-32', Buffer.from('\ufeff\0i\0d\0,\0', 'utf16le'), /UTF-32.*iconv -f UTF-32LE/],
  ['a JSON text sequence', `\x1e${text(ROWS[0])}\n`, /JSON text sequence.*tr -d/],
])('%s is refused with words for its form and the way out', async (_, content, why) => {
  const { sessions, rejects } = await read(content);
  expect(sessions).toEqual([]);
  expect(rejects).toMatchObject([{ kind: 'file', reason: expect.stringMatching(why) }]);
});

describe('an answer that was saved in part is incomplete', () => {
  test.each([
    [
      'the last page has a key',
      [{ ...scanOf(ROWS), LastEvaluatedKey: { id: 'x' } }],
      /saved in part/,
    ],
    [
      'the last page has a token',
      [scanOf(ROWS), { ...scanOf([]), NextToken: 'x' }],
      /saved in part/,
    ],
    [
      'a page has fewer items than it says',
      [{ ...scanOf(ROWS), Count: 5 }, scanOf([])],
      /promises 5 items and has 4/,
    ],
    [
      'keys were not processed',
      [{ Responses: { t: ROWS.map(toItem) }, UnprocessedKeys: { t: {} } }],
      /not processed/,
    ],
  ])('%s', async (_, pages, why) => {
    for (const content of [lines(pages), text(pages), JSON.stringify(pages, null, 2)]) {
      const { sessions, rejects } = await read(content);
      expect(sessions.length).toBe(4);
      expect(rejects).toMatchObject([{ kind: 'file', reason: expect.stringMatching(why) }]);
    }
  });
});

describe('names of fields', () => {
  const { updated_at, ...rest } = ROWS[0]!;
  const renamed = (name: string): Row => ({ ...rest, [name]: updated_at });
  const written = (row: Row): string[] => [
    lines([row]),
    JSON.stringify({ sessions: [row] }, null, 2),
    lines([{ Item: toItem(row) }]),
    `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`,
  ];

  test.each(['updatedAt', 'Updated At', 'UPDATED_AT', 'update_at', 'updated_ta'])(
    'that are nearly right make the file refused: %s',
    async (name) => {
      for (const content of written(renamed(name))) {
        const { sessions, rejects } = await read(content);
        expect(sessions).toEqual([]);
        expect(rejects).toMatchObject([{ kind: 'file' }]);
        expect(rejects[0]!.reason).toContain(name);
        expect(rejects[0]!.reason).toContain('updated_at');
      }
    },
  );

  test('that are nearly right in a later row, which lacks the right one, likewise', async () => {
    const before = { ...ROWS[0], updatedAt: 'x', comment: 'y' };
    for (const rows of [
      [ROWS[0]!, renamed('updatedAt')],
      [before, renamed('updatedAt')],
    ]) {
      for (const content of [
        lines(rows),
        text({ sessions: rows }),
        JSON.stringify({ sessions: rows }, null, 2),
        lines(rows.map((row) => ({ Item: toItem(row) }))),
        text(scanOf(rows)),
      ]) {
        const { sessions, rejects } = await read(content);
        expect(sessions.length).toBeLessThan(2);
        expect(rejects).toMatchObject([{ kind: 'file' }]);
        expect(rejects[0]!.reason).toContain('"updatedAt" (is updated_at meant?)');
      }
    }
  });

  test('that no field has may come and go', async () => {
    const rows = ROWS.map((row, at) => ({ ...row, [at % 2 === 0 ? 'comment' : 'shoeSize']: at }));
    const { sessions, rejects } = await read(lines([...rows, ...rows]));
    expect([sessions.length, rejects]).toEqual([8, []]);
  });

  test('that are nearly right beside the right one are unknown, and said once for each file', async () => {
    const rows = ROWS.map((row) => ({ ...row, updatedAt: 'x', comment: 'y' }));
    for (const content of [
      lines(rows),
      text({ sessions: rows }),
      `${csvOf(ROWS).trimEnd().split('\n').join(',x,y\n')},x,y\n`.replace(
        ',x,y',
        ',updatedAt,comment',
      ),
    ]) {
      const { sessions, rejects, notes, path } = await read(content);
      expect([sessions.length, rejects]).toEqual([4, []]);
      expect(notes).toEqual([
        `${path}: fields that are not known are not read: updatedAt, comment`,
      ]);
    }
  });

  test('that are written in capitals are refused by name', async () => {
    const { rejects } = await read(csvOf(ROWS).replace(/^.*\n/, (line) => line.toUpperCase()));
    expect(rejects[0]!.reason).toMatch(/"ID" \(is id meant\?\).*"STATUS" \(is status meant\?\)/);
  });

  test.each([
    [';', /semicolons/],
    ['\t', /tabs/],
  ])('between %j are refused with a word for that', async (separator, why) => {
    const { sessions, rejects } = await read(csvOf(ROWS).replaceAll(',', separator));
    expect(sessions).toEqual([]);
    expect(rejects).toMatchObject([{ kind: 'file', reason: expect.stringMatching(why) }]);
  });

  test('may lack source_identity in JSON, and not in a CSV where sessions are looked up', async () => {
    const bare = ROWS.map((row) => ({ ...row, source_identity: undefined }));
    expect((await read(lines(bare), ['identity'])).sessions.length).toBe(4);
    const csv = `id,user\n${String(ROWS[0]!['id'])},x\n`;
    const { rejects } = await read(csv, ['identity']);
    expect(rejects[0]!.reason).toMatch(/no column source_identity/);
  });
});

test('an empty text is absent in every form', async () => {
  const row = sessionRow(1, {
    source_identity: '',
    device_id: '',
    revoked_by: '',
    revoked_reason: '',
  });
  const none = { sourceIdentity: undefined, deviceId: undefined, revokedBy: undefined };
  for (const write of Object.values(FORMS)) {
    const { sessions } = await read(write([row]));
    expect(sessions).toMatchObject([{ ...none, revokedReason: undefined }]);
  }
});

test('what describes a table beside its rows is named, and no mistake', async () => {
  const folder = temporaryFolder();
  writeAll(folder, {
    'sessions/data/0001.json': JSON.stringify(scanOf(ROWS.slice(0, 2)), null, 2),
    'sessions/data/0002.json': JSON.stringify(scanOf(ROWS.slice(2)), null, 2),
    'sessions/schema.json': text({ Table: { TableName: 'sessions' } }),
  });
  const { sessions, rejects, notes } = await readPlaces([folder]);
  expect([sessions.length, rejects]).toEqual([4, []]);
  expect(notes).toEqual([
    `${join(folder, 'sessions/schema.json')} describes a table and holds no sessions: it is not read`,
  ]);
});

test('a deletion that says nothing but its key is counted', async () => {
  const bare = { eventName: 'REMOVE', dynamodb: { Keys: { id: { S: 'x' } } } };
  const { sessions, rejects, meter } = await read(lines([change(ROWS[0]!, 0), bare]));
  expect([sessions.length, rejects, meter.bareDeletions]).toEqual([1, [], 1]);
});

describe('a row in a wrapper that cannot be unpacked is rejected by place', () => {
  const good = base64(change(ROWS[0]!, 0));
  const twice = `${good}${good.endsWith('=') ? '' : '='}${good}`;
  test.each([
    ['bytes of nothing', '!!!', /neither JSON nor base64/],
    ['a wrong letter', `${good.slice(0, -8)}*`, /neither JSON nor base64/],
    ['cut off', good.slice(0, -8), /not JSON/],
    ['two in one', twice, /neither JSON nor base64/],
    ['nothing', '', /is empty/],
    ['blanks', 'ICAg', /is empty/],
    ['a line end', '\n', /is empty/],
    ['a list', text([change(ROWS[1]!, 0)]), /expected a JSON object/],
  ])('%s', async (_, data, why) => {
    for (const wrapped of [{ kinesis: { data } }, { data }, { Data: data }]) {
      const rows = [{ Data: good }, wrapped];
      const forms = [
        lines(rows),
        text({ Records: rows }),
        JSON.stringify({ records: rows }, null, 2),
      ];
      for (const content of forms) {
        const { sessions, rejects, meter, path } = await read(content);
        expect(sessions.length).toBe(1);
        expect(rejects).toEqual([
          {
            kind: 'row',
            place: expect.stringMatching(new RegExp(`^${path}(:\\d|, record 2)$`)),
            reason: expect.stringMatching(why),
            raw: expect.anything(),
          },
        ]);
        expect(meter.rows).toBe(2);
      }
    }
  });

  test('also an image that is none, which is no deletion', async () => {
    const odd = { dynamodb: { Keys: { id: { S: 'x' } }, NewImage: 'x' } };
    const { rejects, meter } = await read(lines([change(ROWS[0]!, 0), odd]));
    expect([rejects.length, meter.bareDeletions]).toEqual([1, 0]);
  });
});

describe('a row with an id is a row, also beside', () => {
  test.each([
    { records: [] },
    { Records: [] },
    { Items: [] },
    { sessions: [] },
    { Items: [], Records: [] },
    { Keys: { x: 1 } },
    { Table: { TableName: 'x' } },
    { dynamodb: { x: 1 } },
    { Responses: {} },
    { Item: { S: 'x' } },
    { data: 'ICAg' },
  ])('%j', async (more) => {
    const others = ROWS.slice(1);
    const rows = [
      { ...more, ...ROWS[0] },
      ...others.map((row) => ({ ...row, ...more })),
      ROWS[0],
    ] as Rows;
    const typed = [ROWS[0]!, ...others].map((row) => ({ ...toItem(row), ...more }));
    const forms = [
      lines(rows),
      text(rows),
      rows.map(text).join(''),
      JSON.stringify(rows, null, 2),
      JSON.stringify({ sessions: rows }, null, 2),
      lines([{ Data: base64(rows[0]) }, { Data: rows.slice(1).map(text).join('') }]),
      lines(typed),
      JSON.stringify({ Items: typed }, null, 2),
    ];
    for (const content of forms) {
      const { sessions, rejects, meter } = await read(content);
      expect(rejects).toEqual([]);
      expect(new Set(sessions.map(({ id }) => id))).toEqual(new Set(ROWS.map(({ id }) => id)));
      expect(meter.bareDeletions).toBe(0);
    }
  });

  test('a list, whose members are rows by themselves', async () => {
    for (const row of [
      { ...ROWS[0], records: ROWS.slice(1) },
      { id: 'request-1', records: ROWS },
    ]) {
      for (const content of [lines([row]), JSON.stringify(row, null, 2)]) {
        const { sessions, rejects } = await read(content);
        expect(rejects).toEqual([]);
        expect(new Set(sessions.map(({ id }) => id))).toEqual(new Set(ROWS.map(({ id }) => id)));
      }
    }
  });

  test('and is rejected where its id is none', async () => {
    const bad = { ...ROWS[0], id: 'bad' };
    for (const more of [{ records: [] }, { Keys: {} }, { Table: { TableName: 'x' } }]) {
      const row = { ...bad, ...more };
      for (const content of [lines([ROWS[1]!, row]), JSON.stringify([ROWS[1], row], null, 2)]) {
        const { sessions, rejects } = await read(content);
        expect(sessions.length).toBe(1);
        expect(rejects).toMatchObject([{ kind: 'row', reason: expect.stringMatching(/^id: /) }]);
      }
    }
  });

  test('and says nothing of the page before it', async () => {
    const page = { ...scanOf(ROWS.slice(1)), LastEvaluatedKey: { id: 'x' } };
    for (const content of [
      lines([page, { ...ROWS[0], Items: [] }]),
      [page, { ...ROWS[0], Items: [] }].map((one) => JSON.stringify(one, null, 2)).join('\n'),
    ]) {
      const { sessions, rejects } = await read(content);
      expect(sessions.length).toBe(4);
      expect(rejects).toMatchObject([
        { kind: 'file', reason: expect.stringMatching(/saved in part/) },
      ]);
    }
  });
});

test('what is excluded is not read', async () => {
  const folder = temporaryFolder();
  writeAll(folder, { 'a.ndjson': lines(ROWS), README: 'Dear auditor', 'old/b': 'x' });
  expect((await readPlaces([folder])).rejects.length).toBe(2);
  const { sessions, rejects } = await readPlaces([folder], ['README', 'old']);
  expect([sessions.length, rejects]).toEqual([4, []]);
});
