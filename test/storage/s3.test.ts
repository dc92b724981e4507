import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Interruption, SourceError } from '../../src/errors.js';
import { writeToFile } from '../../src/sinks/write-text.js';
import type { S3Options } from '../../src/storage/s3/buckets.js';
import { s3Storage } from '../../src/storage/s3/s3-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { keptReading } from '../support/records.js';
import { type S3Endpoint, s3Endpoints, startCutting } from '../support/s3/endpoint.js';
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

const BUCKET = 'evidence';
async function namesAt(storage: Storage, place: string, isWanted?: Parameters<typeof listed>[1]) {
  return (await listed({ storage, place }, isWanted)).map(({ name }) => name);
}

const text = 'a line of text that is long enough to fill a part\n'.repeat(2000);
async function* texts(count: number, failure?: Error): AsyncGenerator<string> {
  for (let n = 0; n < count; n++) yield text;
  if (failure !== undefined) throw failure;
}

describe.each(await s3Endpoints())(
  'S3, of $name,',
  ({ name: carrier, start: startEndpoint, why }) => {
    let endpoint: S3Endpoint;
    beforeAll(async () => {
      if (why !== undefined) return;
      endpoint = await startEndpoint();
      await endpoint.makeBucket(BUCKET);
    });
    afterAll(() => endpoint?.close());
    beforeEach(({ skip }) => skip(why !== undefined, why));

    let folders = 0;
    /** Objects in a folder of their own: SeaweedFS has room for few buckets. */
    async function folderOf(keys: readonly string[], content = (key: string) => key) {
      const folder = `folder-${++folders}/`;
      for (const key of keys) await endpoint.put(BUCKET, folder + key, content(key));
      const { storage, context } = storageAt(endpoint, { env: endpoint.env });
      return { storage, context, folder, url: `s3://${BUCKET}/${folder}` };
    }

    storageContract('an object', async (content) => {
      const { storage, url } = await folderOf(['some/folder/file'], () => content);
      return { storage, place: `${url}some/folder/file` };
    });

    test('lists all objects below a folder, in the order of their keys, whatever its pages', async () => {
      const keys = Array.from({ length: 1100 }, (_, n) => `a/${String(n).padStart(5, '0')}`);
      const { storage, context, url } = await folderOf([...keys, 'ab/not-below']);
      const urls = keys.map((key) => url + key);
      expect(await namesAt(storage, `${url}a`)).toEqual(urls);
      expect(await namesAt(storage, `${url}a/`)).toEqual(urls);
      expect(context.meter.storageRequests).toBe(5); // two pages each, and one for an object of that name
      expect((await namesAt(storage, url.slice(0, -1))).length).toBe(1101);
    });

    test('lists a folder level by level, in pages too', async () => {
      const below = Array.from({ length: 1010 }, (_, n) => `a/${String(n).padStart(5, '0')}/`);
      const { storage, url } = await folderOf([...below.map((folder) => `${folder}x`), 'a/file']);
      const level = await storage.level(`${url}a`);
      expect(level.folders).toEqual(below.map((folder) => url + folder));
      expect(level.files.map(({ name }) => name)).toEqual([`${url}a/file`]);
    });

    test('leaves out hidden objects and those that stand for folders', async () => {
      const { storage, url } = await folderOf(
        ['a/', 'a/x', 'a/.hidden', 'a/.git/x', 'a/b_$folder$', 'a/b/', 'a/b/y'],
        (key) => (/[/$]$/.test(key) ? '' : 'x'),
      );
      expect(await namesAt(storage, `${url}a`)).toEqual([`${url}a/b/y`, `${url}a/x`]);
      const level = await storage.level(`${url}a`);
      expect(level.folders).toEqual([`${url}a/.git/`, `${url}a/b/`]);
      expect(level.files.map(({ name }) => name)).toEqual([`${url}a/x`]);
    });

    test('asks for each folder and object below, whole and from the place', async () => {
      const { storage, url } = await folderOf(['p/a/deep/1', 'p/a/deep/2', 'p/b/2']);
      const asked: string[] = [];
      const names = await namesAt(storage, `${url}p`, (path, below, kind) => {
        expect(path).toBe(`${url}p/${below}`);
        asked.push(`${kind} ${below}`);
        return below !== 'a';
      });
      expect([names, asked]).toEqual([[`${url}p/b/2`], ['folder a', 'folder b', 'file b/2']]);
    });

    test('has keys that no path of a machine could have', async () => {
      const backslash = carrier === 'SeaweedFS' ? [] : ['a/b\\c']; // which takes it for a slash
      const keys = ['a/ü %2F+&=.gz', 'a//b', 'a/\u2028"', ...backslash, "a/<'>;?#*", 'a/..x'];
      const { storage, url } = await folderOf(keys);
      const files = await listed({ storage, place: `${url}a` });
      const contents = await Promise.all(files.map((file) => contentOf(file)));
      expect(contents.toSorted()).toEqual(keys.filter((key) => !key.includes('/.')).toSorted());
    });

    test('goes on where it did when an answer breaks off', async () => {
      const content = Array.from({ length: 100_000 }, (_, n) => `line ${n}\n`).join('');
      const { url } = await folderOf(['a'], () => content);
      const cutting = await startCutting(endpoint.url, 300_000);
      const { storage, context } = storageAt(cutting, { env: endpoint.env });
      const [file] = await listed({ storage, place: `${url}a` });
      expect((await contentOf(file!)) === content).toBe(true);
      expect(context.meter.retries).toBe(1);
      cutting.close();
    });

    test.each([1, 300])('makes an object of %d texts', async (count) => {
      const { storage, folder, url } = await folderOf([]);
      await writeToFile(`${url}some/rows.csv`, signal, storage)(texts(count));
      expect((await endpoint.get(BUCKET, `${folder}some/rows.csv`)) === text.repeat(count)).toBe(
        true,
      );
      expect(await endpoint.uploads(BUCKET)).toEqual([]);
    });

    test('shows nothing of a writing that fails or is interrupted, and leaves no upload', async () => {
      const { storage, folder, url } = await folderOf(['rows.csv'], () => 'yesterday');
      const failure = new SourceError('the source failed');
      const writing = writeToFile(`${url}rows.csv`, signal, storage)(texts(300, failure));
      await expect(writing).rejects.toBe(failure);
      const stop = new AbortController();
      const reason = new Interruption('SIGTERM');
      async function* interrupted(): AsyncGenerator<string> {
        yield* texts(200);
        stop.abort(reason);
        yield* texts(100);
      }
      const stopped = writeToFile(`${url}rows.csv`, stop.signal, storage)(interrupted());
      await expect(stopped).rejects.toBe(reason);
      expect(await endpoint.get(BUCKET, `${folder}rows.csv`)).toBe('yesterday');
      expect(await endpoint.uploads(BUCKET)).toEqual([]);
    });
  },
);

describe('a listing', () => {
  test('of a bucket that is not there is an error', async () => {
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

describe('an upload', () => {
  test('goes to the region of the bucket, also where only the upload itself is told of it', async () => {
    const s3 = await start({
      buckets: { out: { region: 'eu-west-1', redirect: 307 } },
      fault: ({ operation }) =>
        operation === 'HeadBucket' ? { status: 403, code: 'AccessDenied' } : undefined,
    });
    await writeToFile('s3://out/x.csv', signal, storageAt(s3).storage)(texts(300));
    expect([s3.keys('out'), s3.uploads('out')]).toEqual([['x.csv'], []]);
  });

  test('that the requester pays for is aborted by who pays', async () => {
    const s3 = await start({
      buckets: { out: { requesterPays: true } },
      fault: ({ operation, query }) =>
        operation === 'UploadPart' && query['partNumber'] === '2'
          ? { status: 403, code: 'AccessDenied' }
          : undefined,
    });
    const { storage } = storageAt(s3, { requestPayer: true });
    await expect(writeToFile('s3://out/x', signal, storage)(texts(300))).rejects.toThrow(/denied/i);
    expect(s3.uploads('out')).toEqual([]);
  });

  test('that cannot be aborted is told of', async () => {
    const s3 = await start({
      buckets: { out: {} },
      fault: ({ operation }) =>
        /^(UploadPart|AbortMultipartUpload)$/.test(operation)
          ? { status: 403, code: 'AccessDenied' }
          : undefined,
    });
    const { storage, notes } = storageAt(s3);
    await expect(writeToFile('s3://out/x', signal, storage)(texts(300))).rejects.toThrow(/denied/i);
    expect(notes).toEqual([expect.stringContaining('an unfinished upload of s3://out/x is left')]);
  });

  test('whose last answer was lost is there, and is taken for what it is', async () => {
    let lost = 0;
    const s3 = await start({
      buckets: { out: {} },
      fault: ({ operation }) =>
        operation === 'CompleteMultipartUpload' && lost++ === 0 ? { drop: 'answer' } : undefined,
    });
    await writeToFile('s3://out/x', signal, storageAt(s3).storage)(texts(300));
    expect(s3.get('out', 'x')?.length).toBe(text.length * 300);
  });

  test.each(['CreateMultipartUpload', 'CompleteMultipartUpload', 'AbortMultipartUpload'])(
    'ends within two seconds of an interruption while %s hangs',
    async (hanging) => {
      const stop = new AbortController();
      const reason = new Interruption('SIGTERM');
      const s3 = await start({
        buckets: { out: {} },
        fault: async ({ operation }) => {
          if (operation === 'UploadPart' && hanging === 'AbortMultipartUpload') stop.abort(reason);
          if (operation !== hanging) return undefined;
          stop.abort(reason);
          await new Promise((resolve) => setTimeout(resolve, 6000));
          return undefined;
        },
      });
      const began = performance.now();
      const writing = writeToFile('s3://out/x', stop.signal, storageAt(s3).storage)(texts(300));
      await expect(writing).rejects.toBe(reason);
      expect(performance.now() - began).toBeLessThan(5000);
      expect(s3.keys('out')).toEqual([]);
    },
  );
});
