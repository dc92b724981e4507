import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import { type FilePart, addPart, newFilePart } from '../../../src/pipeline/file-part.js';
import { readLogFile } from '../../../src/sources/cloudtrail/read-log-file.js';
import type { StoredFile } from '../../../src/storage/storage.js';
import { LAYOUTS, someRecord, spelt } from '../../support/records.js';

const { signal } = new AbortController();

async function read(file: StoredFile): Promise<FilePart<RoleCall>> {
  const all = newFilePart<RoleCall>();
  for await (const part of readLogFile(file, signal)) addPart(all, part);
  return all;
}

const SPOILING = ['"', '\\', '{', '}', '[', ']', ',', '\n', '\0', '\xff', '}\n{'];

const someTexts = fc
  .tuple(
    fc.constantFrom(...Object.values(LAYOUTS)),
    fc.array(someRecord, { maxLength: 5 }),
    fc.nat(2),
    fc.constantFrom('', '', '\ufeff', ' \n'),
  )
  .map(([{ write }, records, indent, before]) => before + spelt(write(records, indent)));

test('a file that is read at once gives what it gives in pieces', async () => {
  const property = fc.asyncProperty(
    someTexts,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...SPOILING)), { maxLength: 3 }),
    fc.constantFrom('plain', 'gzip', 'cut off', 'two', 'zeros', 'UTF-16'),
    fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 }),
    async (text, changes, kind, cuts) => {
      const content = Buffer.from(
        kind === 'UTF-16' ? `\ufeff${text}` : text,
        kind === 'UTF-16' ? 'utf16le' : 'utf8',
      );
      for (const [at, spoiling] of changes)
        content.write(spoiling, at % (content.length + 1), 'latin1');
      const packed = gzipSync(content);
      const bytes = {
        plain: content,
        'UTF-16': content,
        gzip: packed,
        'cut off': packed.subarray(0, -9),
        two: Buffer.concat([packed, gzipSync('\n')]),
        zeros: Buffer.concat([packed, Buffer.alloc(3)]),
      }[kind];
      // A gzip that is small is put together again; where a text is cut, what is lost with a fault differs.
      const sizes = kind === 'plain' || kind === 'UTF-16' ? [bytes.length] : cuts;
      const open = async function* (): AsyncGenerator<Buffer> {
        for (let at = 0, next = 0; at < bytes.length; next++) {
          const size = sizes[next % sizes.length]!;
          yield Buffer.from(bytes.subarray(at, at + size));
          at += size;
        }
      };
      const inPieces = { id: 'log', name: 'log', rereadable: true, open };
      const atOnce = { ...inPieces, atOnce: () => Buffer.from(bytes) };
      expect(await read(atOnce)).toEqual(await read(inPieces));
    },
  );
  await fc.assert(property, { numRuns: 1000 });
});

/** So many records come behind the first: all in one piece, or in several that the module sees. */
const FOLLOWING = [0, 3000];

test.each([
  ['of a wrapper that nobody knows', { inner: { eventSource: 's3.amazonaws.com' } }],
  ['below a key that only ends so', { 'an "eventSource': 's3.amazonaws.com' }],
  ['in a list', { list: [{ eventSource: 's3.amazonaws.com' }] }],
])('a file is refused whose first record has its service %s', async (_, first) => {
  const other = { eventSource: 's3.amazonaws.com', eventName: 'GetObject' };
  for (const count of FOLLOWING) {
    const Records = [first, ...Array.from({ length: count }, () => other)];
    const { rows, rejects } = await read(fileOf(JSON.stringify({ Records })));
    expect([rows.length, rejects.length]).toEqual([0, 1]);
    expect(rejects[0]).toMatchObject({
      kind: 'file',
      reason: expect.stringContaining('not a CloudTrail log') as unknown,
    });
  }
});

test('a file whose first record is of another call is one, and what is foreign behind it a reject', async () => {
  const other = { eventSource: 's3.amazonaws.com', eventName: 'GetObject' };
  for (const count of FOLLOWING) {
    const Records = [other, { a: 1 }, ...Array.from({ length: count }, () => other)];
    const { rejects } = await read(fileOf(JSON.stringify({ Records })));
    expect(rejects.map(({ kind }) => kind)).toEqual(['row']);
  }
});

function fileOf(text: string): StoredFile {
  const open = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  };
  return { id: 'log', name: 'log', rereadable: true, open };
}
