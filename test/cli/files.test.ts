import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Ended, type RunOptions, cli, objects, scratch } from '../support/cli.js';
import { toItem } from '../support/dynamodb.js';
import { writeExport } from '../support/dynamodb-export.js';
import { runProgram, runShell } from '../support/program.js';
import { type Row, idOf, sessionRow, sessionRows } from '../support/sessions.js';

/** Asking AWS would fail at once: these runs must not. */
const NO_AWS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
const rows = sessionRows(40);

const exported = (
  paths: readonly string[],
  more: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ended> =>
  cli(['export', '--format', 'ndjson', '--sessions', ...paths, ...more], {
    env: NO_AWS,
    ...options,
  });

function file(name: string, content: string | Uint8Array, folder = scratch()): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function ndjson(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function ids(ended: Ended): unknown[] {
  return objects(ended.stdout).map(({ id }) => id);
}

describe('--sessions reads back what export writes', () => {
  it.each(['csv', 'ndjson', 'json'])('%s, without loss', async (format) => {
    const hostile = sessionRow(1, {
      user: "'=x",
      profile: '+1,"2"\n3',
      revoked_reason: "''-a\r\n\u202e\u0007😀",
      source_identity: '@SUM(A1)',
      request_count: 9_007_199_254_740_991,
      updated_at: '2026-01-17T05:30:00.123456789+05:30',
    });
    const first = await exported([file('rows.ndjson', ndjson([...rows.slice(2), hostile]))]);
    const folder = scratch();
    const out = `again.${format}.gz`;
    const args = ['--sessions', '-', '--columns', 'all', '--out', out];
    await cli(['export', ...args], { env: NO_AWS, cwd: folder, stdin: first.stdout });
    const again = await exported([join(folder, out)]);
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    expect(again.stdout).toContain('9007199254740991');
  });

  it('also in whole seconds and with some columns, saying what stands in for created_at', async () => {
    const source = file('rows.ndjson', ndjson(rows));
    const csv = await cli(['export', '--sessions', source], { env: NO_AWS });
    const path = file('audit.csv', csv.stdout);
    const again = await exported([path], ['--since', '2026-01-17T00:30:00Z']);
    expect(again.code).toBe(0);
    expect(ids(again).length).toBe(10);
    expect(again.stderr).toContain(`${path} has no column created_at: started_at stands in for it`);
  });

  it('but not without a column that the command needs', async () => {
    const path = file('some.csv', `id,user\n${idOf(0)},alice\n`);
    expect(ids(await exported([path], ['--user', 'alice']))).toEqual([idOf(0)]);
    const { code, stderr } = await exported([path], ['--profile', 'prod']);
    expect(code).toBe(3);
    expect(stderr).toContain(`${path}: it has no column profile, which this command needs`);
  });
});

describe('--sessions reads', () => {
  it('plain and gzip, told by content and not by name', async () => {
    const gz = file('rows.csv', gzipSync(ndjson(rows)));
    const plain = file('rows.json.gz', ndjson(rows));
    expect(ids(await exported([gz])).length).toBe(40);
    expect(ids(await exported([plain])).length).toBe(40);
  });

  it('several gzip members, a byte order mark, CRLF, blank lines, pretty-printed objects', async () => {
    const [a, b] = [gzipSync(ndjson(rows.slice(0, 5))), gzipSync(ndjson(rows.slice(5, 9)))];
    expect(ids(await exported([file('members', Buffer.concat([a, b]))])).length).toBe(9);
    const odd = `\ufeff${ndjson(rows.slice(0, 3)).replaceAll('\n', '\r\n\r\n')}`;
    expect(ids(await exported([file('odd', odd)])).length).toBe(3);
    const pretty = rows.map((row) => JSON.stringify(row, null, 2)).join('\n');
    expect(ids(await exported([file('pretty', pretty)])).length).toBe(40);
    const list = JSON.stringify(rows, null, 1);
    expect(ids(await exported([file('list', list)])).length).toBe(40);
  });

  it('a folder with all below it in order of names, hidden files apart, each file once', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'b', '.hidden'), { recursive: true });
    file('2.ndjson', ndjson(rows.slice(4, 6)), folder);
    file('1.ndjson', ndjson(rows.slice(2, 4)), join(folder, 'b'));
    file('.draft', 'no session', folder);
    file('old', 'no session', join(folder, 'b', '.hidden'));
    symlinkSync('../2.ndjson', join(folder, 'b', 'link'));
    const ended = await exported([folder, join(folder, '2.ndjson')]);
    expect(ended.code).toBe(0);
    expect(ids(ended)).toEqual([5, 6, 3, 4].map((n) => idOf(n - 1)));
  });

  it('standard input and named pipes, leaving nothing in the temporary folder', async () => {
    const TMPDIR = scratch();
    const exportedBy = (path: string, stdin?: Uint8Array): Promise<Ended> =>
      runProgram(['export', '--format', 'ndjson', '--sessions', path], {
        env: { ...NO_AWS, TMPDIR },
        ...(stdin !== undefined && { stdin }),
      });
    expect(ids(await exportedBy('-', gzipSync(ndjson(rows)))).length).toBe(40);
    const pipe = join(scratch(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [ended] = await Promise.all([exportedBy(pipe), writeFile(pipe, ndjson(rows))]);
    expect(ids(ended).length).toBe(40);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('the output of aws dynamodb scan, and refuses one that was saved in part', async () => {
    const Items = rows.map(toItem);
    const whole = { Items, Count: 40, ScannedCount: 40, ConsumedCapacity: null };
    const ended = await exported([file('scan.json', JSON.stringify(whole, null, 4))]);
    expect([ended.code, ids(ended).length]).toEqual([0, 40]);
    for (const [part, why] of [
      [{ ...whole, NextToken: 'more' }, 'saved in part'],
      [{ ...whole, Count: 41 }, 'promises 41 items and has 40'],
    ] as const) {
      const { code, stderr } = await exported([file('scan.json', JSON.stringify(part))]);
      expect(code).toBe(3);
      expect(stderr).toContain(why);
    }
  });

  it('an empty file as no rows, an empty folder as a mistake', async () => {
    expect((await exported([file('empty.ndjson', '')])).code).toBe(0);
    const { code, stderr } = await exported([scratch()]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('the folder has no files')]);
  });
});

describe('standard input that has no byte is not an export that found nothing', () => {
  it.each([
    ['empty', ''],
    ['gzip of nothing', gzipSync('')],
    ['white space', '\n\n'],
  ])('%s', async (_, stdin) => {
    const { code, stdout, stderr } = await exported(['-'], [], { stdin });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('standard input: it is empty: the command before the pipe may have');
  });

  it('so is a pipe of a command that failed; /dev/null is an export that found nothing', async () => {
    const failed = await runShell('$PROGRAM export --sessions <(false)', 'bash');
    expect(failed.code).toBe(3);
    expect((await cli(['export', '--sessions', '/dev/null'])).code).toBe(0);
  });

  it('also beside files, which are read', async () => {
    const ended = await exported([file('rows.ndjson', ndjson(rows)), '-'], [], { stdin: '' });
    expect([ended.code, ids(ended).length]).toEqual([3, rows.length]);
  });
});

describe('--sessions follows a downloaded DynamoDB export', () => {
  const full = (lines: readonly Row[]): object[] => lines.map((row) => ({ Item: toItem(row) }));

  it('full: every data file that the manifest names', async () => {
    const root = scratch();
    writeExport(root, [full(rows.slice(0, 25)), full(rows.slice(25))]);
    const ended = await exported([root]);
    expect(ended.code).toBe(0);
    expect(ids(ended).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    expect(objects(ended.stdout)[0]).toMatchObject({ id: idOf(0), request_count: 0 });
  });

  it('incremental: the new image, the old one of a deletion, and counts what has neither', async () => {
    const [a, b, c] = [sessionRow(1), sessionRow(2), sessionRow(3)];
    const line = (row: Row, images: object): object => ({
      Metadata: { WriteTimestampMicros: { N: '1768600000000000' } },
      Keys: { id: { S: row['id'] } },
      ...images,
    });
    const root = scratch();
    const folder = writeExport(
      root,
      [
        [
          line(a, {
            OldImage: toItem({ ...a, status: 'active' }),
            NewImage: toItem({ ...a, status: 'expired' }),
          }),
          line(b, { OldImage: toItem(b) }),
          line(c, {}),
        ],
      ],
      { incremental: true },
    );
    for (const path of [root, folder, join(folder, 'manifest-summary.json')]) {
      const ended = await exported([path]);
      expect(ended.code, path).toBe(0);
      expect(objects(ended.stdout)).toMatchObject([
        { id: a['id'], status: 'expired' },
        { id: b['id'], status: b['status'] },
      ]);
      expect(ended.stderr).toContain('1 deletion without an old image');
    }
  });

  it.each([
    ['a wrong count', { items: 24 }, 'the manifest promises 24 items, the file has 25'],
    ['a wrong MD5', { md5: 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'MD5'],
    ['a missing file', { missing: true }, 'no such file'],
    ['another format', { format: 'ION' }, 'ION'],
    ['no manifest yet', { unfinished: true }, 'has not finished'],
  ])('and says what is wrong with %s, reading the rest', async (_, spoilt, why) => {
    const root = scratch();
    writeExport(root, [full(rows.slice(0, 25)), full(rows.slice(25))], spoilt);
    const { code, stdout, stderr } = await exported([root]);
    expect(code).toBe(3);
    expect(stderr).toContain(why);
    expect(objects(stdout).length).toBeGreaterThanOrEqual(15);
  });
});

describe('what is wrong in a file', () => {
  const good = JSON.stringify(rows[0]);

  it.each([
    ['not JSON', '{"id": "oops', 'not JSON'],
    ['no object', '[1]', 'expected a JSON object'],
    [
      'a missing field',
      JSON.stringify({ ...rows[1], created_at: undefined, started_at: undefined }),
      'created_at: missing',
    ],
    [
      'a bad time',
      JSON.stringify({ ...rows[1], updated_at: 'soon' }),
      'updated_at: expected an RFC 3339 time, found "soon"',
    ],
    ['bytes that are no UTF-8', Buffer.from('{"id":"\xff"}', 'latin1'), 'not UTF-8'],
  ])('%s is rejected with file and line, and the rest read', async (_, line, why) => {
    const path = file(
      'rows.ndjson',
      Buffer.concat([Buffer.from(`${good}\n`), Buffer.from(line), Buffer.from('\n')]),
    );
    const rejects = join(scratch(), 'rejects');
    const { code, stdout, stderr } = await exported(
      [path],
      ['--since', '2020-01-01', '--rejects', rejects],
    );
    expect(code).toBe(3);
    expect(objects(stdout).length).toBe(1);
    expect(stderr).toContain(`${path}:2: ${why}`);
    const [reject] = objects(readFileSync(rejects, 'utf8'));
    expect(reject).toMatchObject({ place: `${path}:2`, reason: expect.stringContaining(why) });
  });

  it('what cannot be parsed is kept as length and SHA-256 only', async () => {
    const path = file('rows.ndjson', `${good}\n{"sessionToken": "HIDDEN"\n`);
    const rejects = join(scratch(), 'rejects');
    await exported([path], ['--rejects', rejects]);
    const text = readFileSync(rejects, 'utf8');
    expect(text).not.toContain('HIDDEN');
    expect(objects(text)[0]!['raw']).toEqual({
      length: 25,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each([
    ['a gzip that was cut off', gzipSync(ndjson(sessionRows(3000))).subarray(0, 30_000), 'cut off'],
    ['a gzip that was damaged', damaged(gzipSync(ndjson(rows))), 'damaged'],
    [
      'a JSON document that was cut off',
      JSON.stringify({ sessions: rows }).slice(0, 9000),
      'cut off',
    ],
    ['a text of another kind', 'Dear auditor,\nplease find attached', 'no column id'],
    [
      'a CSV with an open quote',
      `id,user\n${idOf(1)},alice\n${idOf(2)},"bo`,
      'not valid CSV from line 3',
    ],
  ])('%s is named, what came before is kept, and the others are read', async (_, content, why) => {
    const broken = file('broken', content);
    const whole = file('whole', `${JSON.stringify(sessionRow(9999))}\n`);
    const { code, stdout, stderr } = await exported([broken, whole]);
    expect(code).toBe(3);
    expect(stderr).toContain(`${broken}: `);
    expect(stderr).toContain(why);
    expect(stderr).toContain('1 file could not be read to the end');
    expect(objects(stdout).at(-1)).toMatchObject({ id: idOf(9999) });
  });

  it('a CSV row of another width is rejected with its line, also after a cell of several lines', async () => {
    const path = file('rows.csv', `id,user\n${idOf(1)},"a\nb"\n${idOf(2)}\n${idOf(3)},bob\n`);
    const { code, stdout, stderr } = await exported([path]);
    expect(code).toBe(3);
    expect(stderr).toContain(`${path}:4: 1 cells where the header has 2`);
    expect(objects(stdout).map(({ user }) => user)).toEqual(['a\nb', 'bob']);
  });
});

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(0, copy.length - 8); // the checksum
  return copy;
}

it('--exclude leaves out what lies among the sessions', async () => {
  const folder = scratch();
  file('rows.ndjson', ndjson(rows), folder);
  file('README.md', '# Archive', folder);
  expect((await exported([folder])).code).toBe(3);
  const ended = await exported([folder], ['--exclude', 'README*']);
  expect([ended.code, ids(ended).length]).toEqual([0, 40]);
});
