import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  StorageClass,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type FakeS3,
  type S3Fault,
  type S3Options,
  type S3Request,
  startS3,
} from '../support/s3/server.js';

const MB = 1024 * 1024;
const B = { Bucket: 'b' };

let s3: FakeS3;
const clients: S3Client[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  s3.close();
});

async function start(options: S3Options = { buckets: { b: {} } }): Promise<S3Client> {
  s3 = await startS3(options);
  return connect();
}

function connect(config: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    endpoint: s3.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  });
  clients.push(client);
  return client;
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** A bucket where requests of some operations go wrong. */
function failing(faults: { readonly [name in S3Request['operation']]?: S3Fault }): S3Options {
  return { buckets: { b: {} }, fault: ({ operation }) => faults[operation] };
}

/** The error that S3 answers with. */
function failure(status: number, name: string): object {
  return { name, $metadata: { httpStatusCode: status } };
}

interface HandAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request by hand: `body` as it is, with these headers. */
async function byHand(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer | string = '',
): Promise<HandAnswer> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, Signature=0';
  const request = httpRequest(`${s3.url}${path}`, {
    method,
    headers: { authorization, ...headers },
  });
  request.end(body);
  const [response] = await once(request, 'response');
  let text = '';
  for await (const piece of response) text += String(piece);
  return { status: response.statusCode, headers: response.headers, text };
}

function codeIn({ status, text }: HandAnswer): [number | undefined, string | undefined] {
  return [status, /<Code>(\w+)<\/Code>/.exec(text)?.[1]];
}

describe('listing', () => {
  async function pages(client: S3Client, input: Partial<ListObjectsV2CommandInput> = {}) {
    const found: { keys: string[]; prefixes: string[]; count: number | undefined }[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ ...B, ...input, ContinuationToken: token }),
      );
      found.push({
        keys: (page.Contents ?? []).map(({ Key }) => Key!),
        prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!),
        count: page.KeyCount,
      });
      token = page.NextContinuationToken;
      expect(page.IsTruncated).toBe(token !== undefined);
    } while (token !== undefined);
    return found;
  }

  function fill(): string[] {
    const keys = Array.from({ length: 2500 }, (_, n) => {
      const name = String(n).padStart(4, '0');
      return n % 5 === 0 ? `logs/${name}` : `logs/${name}/file`;
    });
    for (const key of keys) s3.put('b', key, 'x');
    return keys;
  }

  it('takes 1,000 keys a page at the most', async () => {
    const client = await start();
    const keys = fill();
    for (const MaxKeys of [undefined, 5000]) {
      const found = await pages(client, { MaxKeys });
      expect(found.map(({ count }) => count)).toEqual([1000, 1000, 500]);
      expect(found.flatMap((page) => page.keys)).toEqual(keys.toSorted());
    }
  });

  it('counts common prefixes as keys', async () => {
    const client = await start();
    const keys = fill();
    const found = await pages(client, { Prefix: 'logs/', Delimiter: '/', MaxKeys: 999 });
    expect(found.map(({ count }) => count)).toEqual([999, 999, 502]);
    expect(found.flatMap((page) => page.keys)).toEqual(keys.filter((key) => !/file/.test(key)));
    expect(found.flatMap((page) => page.prefixes)).toEqual(
      keys.filter((key) => /file/.test(key)).map((key) => key.replace('file', '')),
    );
    expect(await pages(client, { Delimiter: '/' })).toEqual([
      { keys: [], prefixes: ['logs/'], count: 1 },
    ]);
  });

  it('never takes a common prefix twice', async () => {
    const client = await start();
    for (const key of ['a/', 'a/1', 'a/2', 'b', 'c/1', 'c/2']) s3.put('b', key, '');
    const found = await pages(client, { Delimiter: '/', MaxKeys: 1 });
    expect(found.flatMap(({ keys, prefixes }) => [...keys, ...prefixes])).toEqual([
      'a/',
      'b',
      'c/',
    ]);
    const inside = await pages(client, { Delimiter: '/', Prefix: 'a/', MaxKeys: 1 });
    expect(inside.flatMap(({ keys }) => keys)).toEqual(['a/', 'a/1', 'a/2']);
  });

  it('is in the order of UTF-8, from behind a key on', async () => {
    const client = await start();
    const keys = ['A', 'a b', 'a+b', 'é', '\uFF01', '\u{1F600}'];
    for (const key of keys.toReversed()) s3.put('b', key, key);
    expect((await pages(client)).flatMap((page) => page.keys)).toEqual(keys);
    expect((await pages(client, { StartAfter: 'a b' })).flatMap((page) => page.keys)).toEqual(
      keys.slice(2),
    );
    const encoded = await pages(client, { EncodingType: 'url' });
    expect(encoded.flatMap((page) => page.keys)).toEqual([
      'A',
      'a+b',
      'a%2Bb',
      '%C3%A9',
      '%EF%BC%81',
      '%F0%9F%98%80',
    ]);
    for (const key of keys) {
      const { Body } = await client.send(new GetObjectCommand({ ...B, Key: key }));
      expect(await Body!.transformToString()).toBe(key);
    }
  });

  it('tells what an object is like', async () => {
    const client = await start();
    s3.put('b', 'a & <b>', 'hello', { storageClass: 'GLACIER' });
    const { Contents } = await client.send(new ListObjectsV2Command(B));
    expect(Contents).toEqual([
      {
        Key: 'a & <b>',
        Size: 5,
        ETag: '"5d41402abc4b2a76b9719d911017c592"',
        StorageClass: 'GLACIER',
        LastModified: expect.any(Date),
      },
    ]);
  });

  it('refuses what it does not know', async () => {
    const client = await start();
    const list = (input: ListObjectsV2CommandInput) => client.send(new ListObjectsV2Command(input));
    await expect(list({ ...B, ContinuationToken: 'x' })).rejects.toMatchObject(
      failure(400, 'InvalidArgument'),
    );
    await expect(list({ ...B, MaxKeys: -1 })).rejects.toMatchObject(
      failure(400, 'InvalidArgument'),
    );
    await expect(list({ Bucket: 'none' })).rejects.toMatchObject(failure(404, 'NoSuchBucket'));
    expect(await list({ ...B, MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect(codeIn(await byHand('GET', '/b?versions'))).toEqual([501, 'NotImplemented']);
    expect(codeIn(await byHand('GET', '/b/%FF'))).toEqual([400, 'InvalidURI']);
  });
});

describe('reading', () => {
  it('gives ranges', async () => {
    const client = await start();
    const body = randomBytes(200_000);
    s3.put('b', 'k', body);
    const get = async (Range?: string) => {
      const found = await client.send(new GetObjectCommand({ ...B, Key: 'k', Range }));
      return {
        bytes: md5(await found.Body!.transformToByteArray()),
        said: found.ContentRange,
        length: found.ContentLength,
      };
    };
    expect(await get()).toEqual({ bytes: md5(body), said: undefined, length: 200_000 });
    for (const [range, from, to] of [
      ['bytes=5-9', 5, 10],
      ['bytes=70000-', 70_000, 200_000],
      ['bytes=199000-900000', 199_000, 200_000],
      ['bytes=-100', 199_900, 200_000],
      ['bytes=-900000', 0, 200_000],
    ] as const) {
      expect(await get(range)).toEqual({
        bytes: md5(body.subarray(from, to)),
        said: `bytes ${from}-${to - 1}/200000`,
        length: to - from,
      });
    }
    expect((await get('bytes=9-5')).length).toBe(200_000);
    await expect(get('bytes=200000-')).rejects.toMatchObject(failure(416, 'InvalidRange'));
    await expect(get('bytes=-0')).rejects.toMatchObject(failure(416, 'InvalidRange'));
  });

  it('keeps conditions and storage classes', async () => {
    const client = await start();
    s3.put('b', 'k', 'hello');
    s3.put('b', 'cold', 'x', { storageClass: 'DEEP_ARCHIVE' });
    const get = (Key: string, IfMatch?: string) =>
      client.send(new GetObjectCommand({ ...B, Key, IfMatch }));
    const { ETag } = await client.send(new HeadObjectCommand({ ...B, Key: 'k' }));
    await expect(get('k', ETag)).resolves.toMatchObject({ ETag, ContentLength: 5 });
    await expect(get('k', '"0"')).rejects.toMatchObject(failure(412, 'PreconditionFailed'));
    await expect(get('none')).rejects.toMatchObject(failure(404, 'NoSuchKey'));
    await expect(get('cold')).rejects.toMatchObject(failure(403, 'InvalidObjectState'));
    await expect(client.send(new HeadObjectCommand({ ...B, Key: 'cold' }))).resolves.toMatchObject({
      StorageClass: 'DEEP_ARCHIVE',
      ContentLength: 1,
    });
    await expect(client.send(new HeadObjectCommand({ ...B, Key: 'none' }))).rejects.toMatchObject(
      failure(404, 'NotFound'),
    );
    await expect(client.send(new HeadBucketCommand(B))).resolves.toMatchObject({
      BucketRegion: 'us-east-1',
    });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'x' }))).rejects.toMatchObject(
      failure(404, 'NotFound'),
    );
  });

  it('is interrupted where a test says', async () => {
    const client = await start({
      fault: ({ key }) =>
        key === 'cut' ? { cutAfter: 100_000 } : key === 'stall' ? { stallAfter: 10 } : undefined,
    });
    s3.put('b', 'cut', Buffer.alloc(300_000));
    s3.put('b', 'stall', 'x'.repeat(20));
    const cut = await client.send(new GetObjectCommand({ ...B, Key: 'cut' }));
    let length = 0;
    await expect(async () => {
      for await (const piece of cut.Body as Readable) length += (piece as Buffer).length;
    }).rejects.toThrow('aborted');
    expect([length, cut.ContentLength]).toEqual([100_000, 300_000]);

    const stalled = await client.send(new GetObjectCommand({ ...B, Key: 'stall' }));
    const body = stalled.Body as Readable;
    const [piece] = await once(body, 'data');
    expect(String(piece)).toBe('x'.repeat(10));
    body.on('error', () => undefined).destroy();
  });

  it('answers a hundred at once', async () => {
    const client = await start();
    const body = randomBytes(MB);
    s3.put('b', 'k', body);
    const sums = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { Body } = await client.send(new GetObjectCommand({ ...B, Key: 'k' }));
        return md5(await Body!.transformToByteArray());
      }),
    );
    expect(new Set(sums)).toEqual(new Set([md5(body)]));
  });
});

describe('writing', () => {
  it('takes bodies, streams and what is said of them', async () => {
    const client = await start();
    await client.send(
      new PutObjectCommand({
        ...B,
        Key: 'text',
        Body: 'hello',
        ContentType: 'text/plain',
        ContentEncoding: 'gzip',
        Metadata: { of: 'me' },
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'alias/k',
      }),
    );
    expect(s3.get('b', 'text')?.toString()).toBe('hello');
    expect(s3.headersOf('b', 'text')).toEqual({
      'content-type': 'text/plain',
      'content-encoding': 'gzip',
      'x-amz-meta-of': 'me',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/k',
    });
    const body = randomBytes(300_000);
    const put = await client.send(
      new PutObjectCommand({
        ...B,
        Key: 'stream',
        Body: Readable.from([body.subarray(0, 1000), body.subarray(1000)]),
        ContentLength: body.length,
        StorageClass: StorageClass.STANDARD_IA,
      }),
    );
    expect(s3.seen.at(-1)?.headers['content-encoding']).toBe('aws-chunked');
    expect(s3.get('b', 'stream')?.equals(body)).toBe(true);
    expect(put).toMatchObject({
      ETag: `"${md5(body)}"`,
      ChecksumCRC32: expect.any(String),
      ServerSideEncryption: 'AES256',
    });
    const got = await client.send(
      new GetObjectCommand({ ...B, Key: 'stream', ChecksumMode: 'ENABLED' }),
    );
    expect(got).toMatchObject({ StorageClass: 'STANDARD_IA', ChecksumCRC32: put.ChecksumCRC32 });
    expect(md5(await got.Body!.transformToByteArray())).toBe(md5(body));
    for (const ChecksumAlgorithm of ['CRC32C', 'SHA1', 'SHA256'] as const) {
      await client.send(new PutObjectCommand({ ...B, Key: 'sum', Body: 'x', ChecksumAlgorithm }));
    }
  });

  it('keeps conditions', async () => {
    const client = await start({
      buckets: { b: {} },
      fault: ({ key }) =>
        key === 'busy' ? { status: 409, code: 'ConditionalRequestConflict' } : undefined,
    });
    const put = (Key: string, condition: { IfNoneMatch?: string; IfMatch?: string }) =>
      client.send(new PutObjectCommand({ ...B, Key, Body: Key, ...condition }));
    const { ETag } = await put('k', { IfNoneMatch: '*' });
    await expect(put('k', { IfNoneMatch: '*' })).rejects.toMatchObject(
      failure(412, 'PreconditionFailed'),
    );
    await expect(put('k', { IfMatch: '"0"' })).rejects.toMatchObject(
      failure(412, 'PreconditionFailed'),
    );
    await expect(put('k', { IfMatch: ETag! })).resolves.toMatchObject({ ETag });
    await expect(put('none', { IfMatch: ETag! })).rejects.toMatchObject(failure(404, 'NoSuchKey'));
    await expect(put('busy', { IfNoneMatch: '*' })).rejects.toMatchObject(
      failure(409, 'ConditionalRequestConflict'),
    );
    const races = await Promise.allSettled(
      Array.from({ length: 10 }, () => put('race', { IfNoneMatch: '*' })),
    );
    expect(races.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(s3.keys('b')).toEqual(['k', 'race']);
  });

  const CRC32 = (() => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32('hello'));
    return sum.toString('base64');
  })();

  it('refuses a body that is not the one that is told', async () => {
    await start();
    const put = (headers: Readonly<Record<string, string>>) =>
      byHand('PUT', '/b/k', headers, 'hello').then(codeIn);
    expect(await put({ 'x-amz-checksum-crc32': 'AAAAAA==' })).toEqual([400, 'BadDigest']);
    expect(await put({ 'x-amz-checksum-crc32c': CRC32 })).toEqual([400, 'BadDigest']);
    expect(await put({ 'x-amz-checksum-sha256': CRC32 })).toEqual([400, 'BadDigest']);
    expect(await put({ 'x-amz-checksum-new': CRC32 })).toEqual([501, 'NotImplemented']);
    expect(await put({ 'content-md5': 'AAAA' })).toEqual([400, 'InvalidDigest']);
    expect(await put({ 'content-md5': Buffer.alloc(16).toString('base64') })).toEqual([
      400,
      'BadDigest',
    ]);
    expect(await put({ 'x-amz-content-sha256': '0'.repeat(64) })).toEqual([
      400,
      'XAmzContentSHA256Mismatch',
    ]);
    expect(await put({ 'transfer-encoding': 'chunked' })).toEqual([411, 'MissingContentLength']);
    expect(s3.keys('b')).toEqual([]);
    const sum = createHash('md5').update('hello').digest('base64');
    const right = { 'x-amz-checksum-crc32c': 'mnG7TA==', 'content-md5': sum };
    expect(await put({ ...right, 'x-amz-checksum-crc32': CRC32 })).toEqual([200, undefined]);
  });

  it('reads aws-chunked, signed or not, and checks it', async () => {
    await start();
    const put = (body: string, headers: Readonly<Record<string, string>> = {}) =>
      byHand(
        'PUT',
        '/b/k',
        {
          'content-encoding': 'aws-chunked',
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'x-amz-decoded-content-length': '5',
          'x-amz-trailer': 'x-amz-checksum-crc32',
          ...headers,
        },
        body,
      ).then(codeIn);
    const trailer = (sum: string) => `0\r\nx-amz-checksum-crc32:${sum}\r\n\r\n`;
    expect(await put(`5\r\nhello\r\n${trailer('AAAAAA==')}`)).toEqual([400, 'BadDigest']);
    expect(await put('5\r\nhello\r\n0\r\n\r\n')).toEqual([400, 'MalformedTrailerError']);
    expect(await put(`4\r\nhell\r\n${trailer(CRC32)}`)).toEqual([400, 'IncompleteBody']);
    expect(await put(`5\r\nhello\r\n`)).toEqual([400, 'IncompleteBody']);
    expect(await put(`9\r\nhello\r\n`)).toEqual([400, 'IncompleteBody']);
    expect(await put(`hello`)).toEqual([400, 'IncompleteBody']);
    expect(await put('', { 'x-amz-decoded-content-length': '' })).toEqual([
      411,
      'MissingContentLength',
    ]);
    expect(s3.keys('b')).toEqual([]);
    expect(await put(`2\r\nhe\r\n3\r\nllo\r\n${trailer(CRC32)}`)).toEqual([200, undefined]);
    expect(s3.get('b', 'k')?.toString()).toBe('hello');
    s3.remove('b', 'k');
    const signed = '5;chunk-signature=ab\r\nhello\r\n0;chunk-signature=cd\r\n\r\n';
    const plain = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-trailer': '',
    };
    expect(await put(signed, plain)).toEqual([200, undefined]);
    expect(s3.get('b', 'k')?.toString()).toBe('hello');
    expect(s3.headersOf('b', 'k')).not.toHaveProperty('content-encoding');
  });

  it('changes nothing when a body breaks', async () => {
    const client = await start();
    s3.put('b', 'k', 'before');
    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request';
    const broken = httpRequest(`${s3.url}/b/k`, {
      method: 'PUT',
      headers: { authorization, 'content-length': '1000000' },
    });
    broken.on('error', () => undefined);
    broken.write(Buffer.alloc(200_000), () => broken.destroy());
    await new Promise((done) => broken.on('close', done));
    await expect(client.send(new HeadObjectCommand({ ...B, Key: 'k' }))).resolves.toMatchObject({
      ContentLength: 6,
    });
    expect(s3.seen[0]?.operation).toBe('PutObject');
    expect(s3.get('b', 'k')?.toString()).toBe('before');
  });

  it('drops a request, or its answer alone', async () => {
    const client = await start({
      buckets: { b: {} },
      fault: ({ key }) => ({ drop: key === 'done' ? 'answer' : true }),
    });
    for (const Key of ['done', 'undone']) {
      await expect(
        client.send(new PutObjectCommand({ ...B, Key, Body: 'x' })),
      ).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
    expect(s3.keys('b')).toEqual(['done']);
  });

  it('deletes what is there and what is not', async () => {
    const client = await start();
    for (const key of ['a', 'b & c', 'd']) s3.put('b', key, 'x');
    const { $metadata } = await client.send(new DeleteObjectCommand({ ...B, Key: 'none' }));
    expect($metadata.httpStatusCode).toBe(204);
    await client.send(new DeleteObjectCommand({ ...B, Key: 'a' }));
    const Objects = [{ Key: 'b & c' }, { Key: 'none' }];
    const { Deleted } = await client.send(new DeleteObjectsCommand({ ...B, Delete: { Objects } }));
    expect(Deleted).toEqual(Objects);
    expect(s3.keys('b')).toEqual(['d']);
    expect(codeIn(await byHand('POST', '/b?delete', {}, '<Delete/>'))).toEqual([
      400,
      'InvalidRequest',
    ]);
  });
});

describe('uploads in parts', () => {
  it('come whole out of lib-storage', async () => {
    const client = await start();
    const body = randomBytes(12 * MB);
    const upload = new Upload({
      client,
      params: {
        ...B,
        Key: 'k',
        Body: Readable.from([body.subarray(0, MB), body.subarray(MB)]),
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'alias/k',
      },
      partSize: 5 * MB,
    });
    const { ETag } = await upload.done();
    expect(ETag).toMatch(/^"[\da-f]{32}-3"$/);
    expect(s3.get('b', 'k')?.equals(body)).toBe(true);
    expect(s3.headersOf('b', 'k')).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/k',
    });
    expect(s3.uploads('b')).toEqual([]);
    const { Body } = await client.send(
      new GetObjectCommand({ ...B, Key: 'k', Range: `bytes=${5 * MB - 3}-${5 * MB + 2}` }),
    );
    expect(Buffer.from(await Body!.transformToByteArray())).toEqual(
      body.subarray(5 * MB - 3, 5 * MB + 3),
    );
  });

  async function begin(client: S3Client, sizes: readonly number[]) {
    const upload = { ...B, Key: 'k' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
    const parts = [];
    for (const [index, size] of sizes.entries()) {
      const PartNumber = index + 1;
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ ...upload, UploadId, PartNumber, Body: Buffer.alloc(size, index) }),
      );
      parts.push({ PartNumber, ETag, ChecksumCRC32 });
    }
    return { upload: { ...upload, UploadId }, parts };
  }

  it('are nothing until they are completed, and under their conditions', async () => {
    const client = await start();
    const { upload, parts } = await begin(client, [5 * MB, 10]);
    expect([s3.keys('b'), s3.uploads('b')]).toEqual([[], ['k']]);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand(B));
    expect(Uploads).toMatchObject([{ Key: 'k', UploadId: upload.UploadId }]);
    const complete = (Parts: typeof parts, IfNoneMatch?: string) =>
      client.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch }),
      );
    await expect(complete(parts.toReversed())).rejects.toMatchObject(
      failure(400, 'InvalidPartOrder'),
    );
    await expect(complete([{ ...parts[0]!, ETag: '"0"' }])).rejects.toMatchObject(
      failure(400, 'InvalidPart'),
    );
    await expect(complete([{ ...parts[0]!, ChecksumCRC32: 'AAAAAA==' }])).rejects.toMatchObject(
      failure(400, 'InvalidPart'),
    );
    await expect(complete([{ ...parts[1]!, PartNumber: 3 }])).rejects.toMatchObject(
      failure(400, 'InvalidPart'),
    );
    await expect(complete([])).rejects.toMatchObject(failure(400, 'MalformedXML'));
    s3.put('b', 'k', 'first');
    await expect(complete(parts, '*')).rejects.toMatchObject(failure(412, 'PreconditionFailed'));
    s3.remove('b', 'k');
    await complete(parts, '*');
    expect(s3.get('b', 'k')).toHaveLength(5 * MB + 10);
    await expect(complete(parts)).rejects.toMatchObject(failure(404, 'NoSuchUpload'));
  });

  it('have no small part but the last, and no number out of bounds', async () => {
    const client = await start();
    const { upload, parts: Parts } = await begin(client, [5 * MB - 1, 10]);
    await expect(
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
    ).rejects.toMatchObject(failure(400, 'EntityTooSmall'));
    for (const PartNumber of [0, 10_001]) {
      await expect(
        client.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'x' })),
      ).rejects.toMatchObject(failure(400, 'InvalidArgument'));
    }
  });

  it('are gone when they are aborted', async () => {
    const client = await start();
    const { upload } = await begin(client, [10]);
    const { $metadata } = await client.send(new AbortMultipartUploadCommand(upload));
    expect($metadata.httpStatusCode).toBe(204);
    expect([s3.keys('b'), s3.uploads('b')]).toEqual([[], []]);
    await expect(
      client.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'x' })),
    ).rejects.toMatchObject(failure(404, 'NoSuchUpload'));
    await expect(client.send(new AbortMultipartUploadCommand(upload))).rejects.toMatchObject(
      failure(404, 'NoSuchUpload'),
    );
  });

  it('are aborted by lib-storage when a part is refused', async () => {
    const client = await start(failing({ UploadPart: { status: 503, code: 'SlowDown' } }));
    const params = { ...B, Key: 'k', Body: Buffer.alloc(6 * MB) };
    await expect(new Upload({ client, params }).done()).rejects.toMatchObject(
      failure(503, 'SlowDown'),
    );
    expect(s3.seen.map(({ operation }) => operation)).toContain('AbortMultipartUpload');
    expect(s3.uploads('b')).toEqual([]);
  });

  it('may fail in an answer that began well', async () => {
    const client = await start(
      failing({
        CompleteMultipartUpload: { status: 200, code: 'InternalError' },
        PutObject: { status: 503, code: 'SlowDown' },
      }),
    );
    const { upload, parts: Parts } = await begin(client, [10]);
    await expect(
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
    ).rejects.toMatchObject({ name: 'InternalError' });
    const Body = Buffer.alloc(12 * MB);
    await expect(client.send(new PutObjectCommand({ ...B, Key: 'k', Body }))).rejects.toMatchObject(
      failure(503, 'SlowDown'),
    );
    expect(s3.keys('b')).toEqual([]);
  });
});

describe('who asks, and where', () => {
  it('sends a request for another region away', async () => {
    const client = await start({
      buckets: { b: { region: 'eu-west-1' }, new: { region: 'eu-west-1', redirect: 307 } },
    });
    s3.put('b', 'k', 'x');
    await expect(client.send(new ListObjectsV2Command(B))).rejects.toMatchObject({
      ...failure(301, 'PermanentRedirect'),
      Endpoint: 's3.eu-west-1.amazonaws.com',
      $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    });
    await expect(client.send(new HeadBucketCommand(B))).rejects.toMatchObject({
      $response: { statusCode: 301, headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    });
    await expect(client.send(new ListObjectsV2Command({ Bucket: 'new' }))).rejects.toMatchObject({
      ...failure(307, 'TemporaryRedirect'),
      $response: {
        headers: { 'x-amz-bucket-region': 'eu-west-1', location: `${s3.url}/new/?list-type=2` },
      },
    });
    const right = connect({ region: 'eu-west-1' });
    await expect(right.send(new HeadBucketCommand(B))).resolves.toMatchObject({
      BucketRegion: 'eu-west-1',
    });
    expect(s3.seen.map(({ region }) => region)).toEqual([
      'us-east-1',
      'us-east-1',
      'us-east-1',
      'eu-west-1',
    ]);
    const following = connect({ followRegionRedirects: true });
    await expect(following.send(new ListObjectsV2Command(B))).resolves.toMatchObject({
      KeyCount: 1,
    });
  });

  it('lets requesters pay', async () => {
    const client = await start({ buckets: { b: { requesterPays: true } } });
    await expect(client.send(new ListObjectsV2Command(B))).rejects.toMatchObject(
      failure(403, 'AccessDenied'),
    );
    await expect(
      client.send(new ListObjectsV2Command({ ...B, RequestPayer: 'requester' })),
    ).resolves.toMatchObject({ RequestCharged: 'requester' });
  });

  it('knows keys that are over or may nothing', async () => {
    await start();
    for (const [accessKeyId, status, name] of [
      ['expired', 400, 'ExpiredToken'],
      ['denied', 403, 'AccessDenied'],
    ] as const) {
      const client = connect({ credentials: { accessKeyId, secretAccessKey: 'x' } });
      await expect(client.send(new ListObjectsV2Command(B))).rejects.toMatchObject(
        failure(status, name),
      );
    }
    expect(codeIn(await byHand('GET', '/b?list-type=2', { authorization: '' }))).toEqual([
      403,
      'AccessDenied',
    ]);
  });
});
