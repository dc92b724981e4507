import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpackedAtOnce, unpackedBeside } from '../../src/storage/small-gzip.js';

test('a gzip of any parts is unpacked, and one that is cut off or spoilt is left to the stream', () => {
  const someParts = fc.array(fc.uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 4 });
  const property = fc.property(someParts, fc.nat(), fc.nat(255), (parts, place, byte) => {
    const content = Buffer.concat(parts);
    const gzip = Buffer.concat(parts.map((part) => gzipSync(part)));
    expect(unpackedAtOnce(gzip)?.equals(content)).toBe(true);
    const cut = unpackedAtOnce(gzip.subarray(0, place % gzip.length));
    // Of several parts, the first ones alone are a gzip too.
    if (cut !== undefined) expect(content.subarray(0, cut.length).equals(cut)).toBe(true);
    expect(unpackedAtOnce(Buffer.concat([gzip, Buffer.from([0, byte | 1])]))).toBe(undefined);
  });
  fc.assert(property, { numRuns: 300 });
});

test('where there is room, it is unpacked there, and beside alike; where there is not, elsewhere', async () => {
  const room = Buffer.alloc(3000);
  const some = fc.uint8Array({ maxLength: 4000 });
  const property = fc.asyncProperty(
    some,
    fc.nat(),
    fc.boolean(),
    async (bytes, place, isSpoilt) => {
      const gzip = gzipSync(Buffer.concat([bytes, bytes.subarray(0, 5)]));
      if (isSpoilt) gzip[place % gzip.length]! ^= 4;
      const without = unpackedAtOnce(gzip);
      const within = unpackedAtOnce(gzip, room);
      expect(within?.toString('hex')).toBe(without?.toString('hex'));
      if (within !== undefined && within.length > 0) {
        expect(within.buffer === room.buffer).toBe(within.length < room.length);
      }
      const beside = await unpackedBeside(gzip, room);
      if (without === undefined || without.length < room.length) {
        expect(beside?.toString('hex')).toBe(without?.toString('hex'));
      }
    },
  );
  await fc.assert(property, { numRuns: 500 });
});

test('one that is larger than it says, or than 16 MB, is left to the stream', async () => {
  const large = gzipSync(Buffer.alloc(17 * 1024 * 1024));
  expect(unpackedAtOnce(large)).toBe(undefined);
  const lying = Buffer.from(large);
  lying.writeUInt32LE(100, lying.length - 4);
  expect(unpackedAtOnce(lying)).toBe(undefined);
  const room = Buffer.alloc(1000);
  expect(unpackedAtOnce(lying, room)).toBe(undefined);
  expect(await unpackedBeside(lying, room)).toBe(undefined);
});
