import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatRecord } from '../../src/model/archive/archive-record.js';
import { writeExport } from '../support/dynamodb-export.js';
import { toItem } from '../support/dynamodb.js';
import { cli, scratch } from '../support/cli.js';
import { type Row, sessionRows } from '../support/sessions.js';
import { NO_AWS, fileOf, ndjsonOf } from '../support/trail.js';
import { type Reader, fuzz } from './readers.js';

const rows = sessionRows(6);
const ndjson = ndjsonOf(rows);

/** A file of rows, each written by `write`. */
function fileReader(
  name: string,
  content: string | Uint8Array,
  write?: (row: Row) => string,
): Reader {
  return {
    files: { [name]: content },
    args: (_, path) => exportOf(path),
    ...(write && { rows: rows.map((row) => ({ id: String(row['id']), text: write(row) })) }),
  };
}

function exportOf(place: string): readonly string[] {
  return [
    'export',
    '--sessions',
    place,
    '--format',
    'ndjson',
    '--rejects',
    join(rejects, 'rejects'),
  ];
}
const rejects = scratch();

/** What the program itself writes of the rows. */
async function exported(name: string): Promise<Buffer> {
  const out = join(scratch(), name);
  await cli(['export', '--sessions', fileOf('rows.ndjson', ndjson), '--out', out], { env: NO_AWS });
  return readFileSync(out);
}

const itemLine = (row: Row): string => JSON.stringify({ Item: toItem(row) });
const change = (row: Row, at: number): object => ({
  eventName: at % 3 === 0 ? 'REMOVE' : 'MODIFY',
  eventSource: 'aws:dynamodb',
  dynamodb: {
    Keys: { id: { S: row['id'] } },
    [at % 3 === 0 ? 'OldImage' : 'NewImage']: toItem(row),
  },
});

/** The files below a folder by their paths. */
function filesBelow(folder: string): Record<string, Buffer> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path))]));
}

/** A folder of several files, of which each that matters is spoilt in its turn. */
function folderReaders(
  what: string,
  files: Reader['files'],
  spoilt: Readonly<Record<string, RegExp>>,
): Record<string, Reader> {
  const args = (folder: string): readonly string[] => exportOf(folder);
  return Object.fromEntries(
    Object.entries(spoilt).map(([name, pattern]) => {
      const path = Object.keys(files).find((each) => pattern.test(each))!;
      const isSealed = name === 'data';
      const reader = { files, spoilt: path, args, isSealed, place: /sentinel-audit-test-/ };
      return [`${what}: ${name}`, reader];
    }),
  );
}

function exportFiles(incremental: boolean): Record<string, Buffer> {
  const folder = scratch();
  const lines = incremental
    ? rows.map((row, at) => ({
        Keys: { id: { S: row['id'] } },
        [at % 2 ? 'NewImage' : 'OldImage']: toItem(row),
      }))
    : rows.map((row) => ({ Item: toItem(row) }));
  writeExport(folder, [lines.slice(0, 3), lines.slice(3)], { incremental });
  return filesBelow(folder);
}

function archiveFiles(): Record<string, string | Buffer> {
  const files = [rows.slice(0, 3), rows.slice(3)].map((part, at) => ({
    name: `sessions/${at}.ndjson.gz`,
    content: gzipSync(ndjsonOf(part)),
  }));
  const record = formatRecord({
    table: {
      name: 'sentinel-sessions',
      arn: 'arn:aws:dynamodb:us-east-1:111122223333:table/sentinel-sessions',
      id: '1',
    },
    stream: 'arn:aws:dynamodb:us-east-1:111122223333:table/sentinel-sessions/stream/2026',
    spans: [{ from: 1_768_000_000, to: 1_769_000_000 }],
    gaps: [{ from: 1_767_000_000, to: 1_767_000_100, reason: 'late' }],
    positions: [{ shard: 'shard-1', after: '1', at: 1_768_000_000, isDone: false }],
    merged: [],
    files: files.map(({ name, content }) => ({
      name,
      rows: 3,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
  });
  return {
    'archive.json': record,
    ...Object.fromEntries(files.map(({ name, content }) => [name, content])),
  };
}

const manifest = {
  summary: /manifest-summary\.json$/,
  list: /manifest-files\.json$/,
  data: /data\/a/,
};
mkdirSync(rejects, { recursive: true });

fuzz({
  'sessions in NDJSON': fileReader('rows.ndjson', ndjson, (row) => JSON.stringify(row)),
  'packed sessions in NDJSON': fileReader('rows.ndjson.gz', gzipSync(ndjson)),
  'sessions in JSON': fileReader('rows.json', JSON.stringify({ sessions: rows }), (row) =>
    JSON.stringify(row),
  ),
  'sessions in CSV': fileReader('rows.csv', await exported('rows.csv')),
  'sessions in Parquet': fileReader('rows.parquet', await exported('rows.parquet')),
  'answers of Scan': fileReader(
    'scan.json',
    JSON.stringify({ Items: rows.map((row) => toItem(row)), Count: rows.length }),
    (row) => JSON.stringify(toItem(row)),
  ),
  'lines of an export': fileReader(
    'items.json',
    rows.map((row) => `${itemLine(row)}\n`).join(''),
    itemLine,
  ),
  'records of a stream': fileReader(
    'stream.json',
    JSON.stringify({ Records: rows.map(change) }),
    (row) => JSON.stringify(toItem(row)),
  ),
  'records of a stream in Kinesis': fileReader(
    'kinesis.json',
    JSON.stringify({
      Records: rows.map((row, at) => ({
        kinesis: { data: Buffer.from(JSON.stringify(change(row, at))).toString('base64') },
      })),
    }),
  ),
  ...folderReaders('a full export', exportFiles(false), manifest),
  ...folderReaders('an incremental export', exportFiles(true), manifest),
  ...folderReaders('an archive', archiveFiles(), {
    record: /^archive\.json$/,
    data: /0\.ndjson\.gz$/,
  }),
});
