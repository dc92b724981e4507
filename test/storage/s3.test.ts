import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { Interruption, SourceError } from '../../src/errors.js';
import { writeToFile } from '../../src/sinks/write-text.js';
import type { S3Options } from '../../src/storage/s3/buckets.js';
import { s3Storage } from '../../src/storage/s3/s3-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { keptReading } from '../support/records.js';
import { type FakeS3, startS3 } from '../support/s3/server.js';
import { contentOf, listed, storageContract } from '../support/storages.js';

const ENV = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
const { signal } = new AbortController();
const open: FakeS3[] = [];
afterEach(() => open.splice(0).forEach((s3) => s3.close()));

async function start(options: Parameters<typeof startS3>[0] = {}): Promise<FakeS3> {
  const s3 = await startS3(options);
  open.push(s3);
  return s3;
}

function storageAt({ url }: { readonly url: string }, more: Partial<S3Options> = {}) {
  const kept = keptReading();
  const options = { endpointUrl: url, env: ENV, ...more };
  return { ...kept, storage: s3Storage(options, kept.context) };
}

storageContract('an object of S3', async (content) => {
  const s3 = await start();
  s3.put('logs', 'some/folder/file', content);
  return { storage: storageAt(s3).storage, place: 's3://logs/some/folder/file' };
});

describe('a listing', () => {
  const namesAt = async (
    storage: Storage,
    place: string,
    isWanted?: Parameters<typeof listed>[1],
  ) => (await listed({ storage, place }, isWanted)).map(({ name }) => name);

  test('has all objects below a folder, in the order of their keys, whatever its pages', async () => {
    const s3 = await start();
    const keys = Array.from({ length: 2500 }, (_, n) => `a/${String(n).padStart(5, '0')}`);
    for (const key of keys) s3.put('logs', key, 'x');
    s3.put('logs', 'ab/not-below', 'x');
    const { storage, context } = storageAt(s3);
    const urls = keys.map((key) => `s3://logs/${key}`);
    expect(await namesAt(storage, 's3://logs/a')).toEqual(urls);
    expect(await namesAt(storage, 's3://logs/a/')).toEqual(urls);
    expect(context.meter.storageRequests).toBe(7); // three pages each, and one for an object of that name
    expect((await namesAt(storage, 's3://logs')).length).toBe(2501);
  });

  test('leaves out hidden objects and those that stand for folders', async () => {
    const s3 = await start();
    for (const key of ['a/', 'a/x', 'a/.hidden', 'a/.git/x', 'a/b_$folder$', 'a/b/y', 'a/b/']) {
      s3.put('logs', key, key.endsWith('/') ? '' : 'x');
    }
    const { storage } = storageAt(s3);
    expect(await namesAt(storage, 's3://logs/a')).toEqual(['s3://logs/a/b/y', 's3://logs/a/x']);
    const level = await storage.level!('s3://logs/a');
    expect(level.folders).toEqual(['s3://logs/a/.git/', 's3://logs/a/b/']);
    expect(level.files.map(({ name }) => name)).toEqual(['s3://logs/a/x']);
  });

  test('asks for each folder and object below, whole and from the place', async () => {
    const s3 = await start();
    for (const key of ['a/deep/1', 'a/deep/2', 'b/2']) s3.put('logs', `p/${key}`, 'x');
    const asked: string[] = [];
    const names = await namesAt(storageAt(s3).storage, 's3://logs/p', (path, below, kind) => {
      expect(path).toBe(`s3://logs/p/${below}`);
      asked.push(`${kind} ${below}`);
      return below !== 'a';
    });
    expect([names, asked]).toEqual([['s3://logs/p/b/2'], ['folder a', 'folder b', 'file b/2']]);
  });

  test('of keys that no path of a machine could have is right', async () => {
    const s3 = await start();
    const keys = ['a/ü %2F+&=.gz', 'a//b', 'a/\u2028"\\', 'a/..x'];
    for (const key of keys) s3.put('logs', key, key);
    const files = await listed({ storage: storageAt(s3).storage, place: 's3://logs/a' });
    const contents = await Promise.all(files.map((file) => contentOf(file)));
    expect(contents.toSorted()).toEqual(keys.filter((key) => !key.includes('/.')).toSorted());
  });

  test('that never names a next page is an error, and so is a bucket that is not there', async () => {
    const s3 = await start();
    await expect(namesAt(storageAt(s3).storage, 's3://none/x')).rejects.toThrow(/NoSuchBucket/);
  });

  test('of a denied bucket names the action', async () => {
    const s3 = await start();
    s3.put('logs', 'x', 'x');
    const { storage } = storageAt(s3, { env: { ...ENV, AWS_ACCESS_KEY_ID: 'denied' } });
    await expect(namesAt(storage, 's3://logs/x')).rejects.toThrow(
      /s3:ListBucket of s3:\/\/logs\/x: AccessDenied/,
    );
  });
});

describe('a bucket in another region', () => {
  test.each([301, 307] as const)('is found by the redirect %d, once', async (redirect) => {
    const s3 = await start({ buckets: { logs: { region: 'eu-west-1', redirect } } });
    for (const n of [1, 2, 3]) s3.put('logs', `a/${n}`, String(n));
    const { storage } = storageAt(s3);
    const files = await listed({ storage, place: 's3://logs/a/' });
    expect(await Promise.all(files.map((file) => contentOf(file)))).toEqual(['1', '2', '3']);
    expect(s3.seen.map(({ region }) => region)).toEqual([
      'us-east-1',
      ...Array.from({ length: 4 }, () => 'eu-west-1'),
    ]);
  });

  test('is found when no region is known at all', async () => {
    const s3 = await start({ buckets: { logs: { region: 'eu-west-1' } } });
    s3.put('logs', 'a', 'x');
    const { storage } = storageAt(s3, { env: { ...ENV, AWS_REGION: undefined } });
    expect((await listed({ storage, place: 's3://logs/a' })).length).toBe(1);
  });
});

test('a bucket whose requester pays is read by who says so', async () => {
  const s3 = await start({ buckets: { logs: { requesterPays: true } } });
  s3.put('logs', 'a', 'x');
  const paying = storageAt(s3, { requestPayer: true });
  const [file] = await listed({ storage: paying.storage, place: 's3://logs/a' });
  expect(await contentOf(file!)).toBe('x');
  const { storage } = storageAt(s3);
  await expect(listed({ storage, place: 's3://logs/a' })).rejects.toThrow(/AccessDenied/);
});

describe('an answer that', () => {
  const content = Buffer.from(Array.from({ length: 600_000 }, (_, n) => n % 251));

  async function readWith(
    fault: NonNullable<Parameters<typeof startS3>[0]>['fault'],
    more: { change?: (s3: FakeS3) => void } = {},
  ) {
    let gets = 0;
    const s3: FakeS3 = await start({
      fault: (request, number) => {
        if (request.operation !== 'GetObject') return undefined;
        gets++;
        if (gets === 2) more.change?.(s3);
        return fault?.(request, gets === 1 ? 0 : number);
      },
    });
    s3.put('logs', 'a', content);
    const { storage, context } = storageAt(s3);
    const [file] = await listed({ storage, place: 's3://logs/a' });
    const pieces: Buffer[] = [];
    for await (const piece of file!.open(signal)) pieces.push(piece);
    const ranges = s3.seen
      .filter(({ operation }) => operation === 'GetObject')
      .map(({ headers }) => [headers['range'], headers['if-match']]);
    return { bytes: Buffer.concat(pieces), ranges, retries: context.meter.retries };
  }

  test('breaks off goes on where it did, under the same ETag', async () => {
    const { bytes, ranges, retries } = await readWith((_, number) =>
      number === 0 ? { cutAfter: 100_000 } : undefined,
    );
    expect(bytes.equals(content)).toBe(true);
    expect([ranges.length, retries]).toEqual([2, 1]);
    const [first, second] = ranges;
    expect([first![0], first![1] !== undefined, second![1]]).toEqual([undefined, true, first![1]]);
    expect(second![0]).toMatch(/^bytes=\d+-$/);
  });

  test('breaks off, of an object that is replaced meanwhile, is an error', async () => {
    const reading = readWith((_, number) => (number === 0 ? { cutAfter: 100_000 } : undefined), {
      change: (s3) => s3.put('logs', 'a', 'other'),
    });
    await expect(reading).rejects.toThrow(/it was replaced while it was read/);
  });

  test('does not come is asked for again', async () => {
    const { bytes } = await readWith((_, number) => (number === 0 ? { drop: true } : undefined));
    expect(bytes.equals(content)).toBe(true);
  });

  test('says SlowDown is asked for again', async () => {
    const { bytes, retries } = await readWith((_, number) =>
      number === 0 ? { status: 503, code: 'SlowDown' } : undefined,
    );
    expect([bytes.equals(content), retries]).toEqual([true, 1]);
  });
});

describe('an object that cannot be read', () => {
  const reading = async (prepare: (s3: FakeS3) => void, after: (s3: FakeS3) => void = () => {}) => {
    const s3 = await start();
    prepare(s3);
    const [file] = await listed({ storage: storageAt(s3).storage, place: 's3://logs/' });
    after(s3);
    return contentOf(file!);
  };

  test.each(['GLACIER', 'DEEP_ARCHIVE'])('is said to be archived in %s', async (storageClass) => {
    const archived = reading((s3) => s3.put('logs', 'a', 'x', { storageClass }));
    await expect(archived).rejects.toThrow(new RegExp(`archived.*${storageClass}`));
  });

  test('is said to be gone', async () => {
    const gone = reading(
      (s3) => s3.put('logs', 'a', 'x'),
      (s3) => s3.remove('logs', 'a'),
    );
    await expect(gone).rejects.toThrow(/it is not there any more/);
  });
});

describe('writing', () => {
  const text = 'a line of text that is long enough to fill a part\n'.repeat(2000);
  async function* texts(count: number, failure?: Error): AsyncGenerator<string> {
    for (let n = 0; n < count; n++) yield text;
    if (failure !== undefined) throw failure;
  }

  test.each([1, 300])('%d texts makes an object of all of them', async (count) => {
    const s3 = await start({ buckets: { out: {} } });
    const { storage } = storageAt(s3);
    await writeToFile('s3://out/some/rows.csv', signal, storage)(texts(count));
    expect(s3.get('out', 'some/rows.csv')?.toString() === text.repeat(count)).toBe(true);
    expect(s3.uploads('out')).toEqual([]);
  });

  test('compresses by the name, and encrypts with the key that is named', async () => {
    const s3 = await start({ buckets: { out: {} } });
    const { storage } = storageAt(s3, { sseKmsKeyId: 'alias/audit' });
    await writeToFile('s3://out/rows.csv.gz', signal, storage)(texts(3));
    expect(gunzipSync(s3.get('out', 'rows.csv.gz')!).toString()).toBe(text.repeat(3));
    expect(s3.headersOf('out', 'rows.csv.gz')).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/audit',
    });
  });

  test('that fails, or is interrupted, shows nothing and leaves no upload', async () => {
    const s3 = await start({ buckets: { out: {} } });
    s3.put('out', 'rows.csv', 'yesterday');
    const { storage } = storageAt(s3);
    const failure = new SourceError('the source failed');
    const writing = writeToFile('s3://out/rows.csv', signal, storage)(texts(300, failure));
    await expect(writing).rejects.toBe(failure);
    const stop = new AbortController();
    const reason = new Interruption('SIGTERM');
    async function* interrupted(): AsyncGenerator<string> {
      yield* texts(200);
      stop.abort(reason);
      yield* texts(100);
    }
    const stopped = writeToFile('s3://out/rows.csv', stop.signal, storage)(interrupted());
    await expect(stopped).rejects.toBe(reason);
    expect(s3.get('out', 'rows.csv')?.toString()).toBe('yesterday');
    expect(s3.uploads('out')).toEqual([]);
  });

  test.each(['UploadPart', 'CompleteMultipartUpload', 'CreateMultipartUpload', 'PutObject'])(
    'where %s is refused is an error, and leaves no upload',
    async (operation) => {
      const s3 = await start({
        buckets: { out: {} },
        fault: (request) =>
          request.operation === operation ? { status: 403, code: 'AccessDenied' } : undefined,
      });
      const writing = writeToFile(
        's3://out/x.csv',
        signal,
        storageAt(s3).storage,
      )(texts(operation === 'PutObject' ? 1 : 300));
      await expect(writing).rejects.toThrow(/s3:PutObject of s3:\/\/out\/x\.csv: AccessDenied/);
      expect([s3.keys('out'), s3.uploads('out')]).toEqual([[], []]);
    },
  );

  test('to a bucket that is not there fails before a row is read', async () => {
    const s3 = await start();
    let isRead = false;
    async function* read(): AsyncGenerator<string> {
      isRead = true;
      yield 'x';
    }
    const writing = writeToFile('s3://none/x.csv', signal, storageAt(s3).storage)(read());
    await expect(writing).rejects.toThrow(/there is no bucket none/);
    expect(isRead).toBe(false);
  });

  test('of a part that is throttled goes on', async () => {
    let refused = 0;
    const s3 = await start({
      buckets: { out: {} },
      fault: ({ operation }) =>
        operation === 'UploadPart' && refused++ < 2 ? { status: 503, code: 'SlowDown' } : undefined,
    });
    await writeToFile('s3://out/x.csv', signal, storageAt(s3).storage)(texts(300));
    expect(s3.get('out', 'x.csv')?.length).toBe(text.length * 300);
  });
});

test('an answer that is none of S3 says who gave it', async () => {
  const server = createServer((_, response) =>
    response.writeHead(403, { 'content-type': 'text/html' }).end('<html>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { storage } = storageAt({ url });
  await expect(listed({ storage, place: 's3://logs/a' })).rejects.toThrow(
    /HTTP 403 from 127\.0\.0\.1:\d+ \(text\/html\)/,
  );
  server.close();
});
