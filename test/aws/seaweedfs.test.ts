import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSeaweedfs, whyNoSeaweedfs } from '../support/seaweedfs.js';

const why = await whyNoSeaweedfs();
if (why !== undefined) console.info(`SeaweedFS is skipped: ${why}`);

describe.skipIf(why !== undefined)('SeaweedFS', () => {
  let server: Awaited<ReturnType<typeof startSeaweedfs>>;
  let client: S3Client;

  beforeAll(async () => {
    server = await startSeaweedfs();
    client = new S3Client({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  it('keeps what is put, lists it and gives it back', async () => {
    const Bucket = 'evidence';
    const body = randomBytes(300_000);
    await client.send(new CreateBucketCommand({ Bucket }));
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'a/b', Body: body }));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents).toMatchObject([{ Key: 'a/b', Size: body.length, ETag }]);
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket, Key: 'a/b', Range: 'bytes=100-' }),
    );
    const bytes = Buffer.from(await Body!.transformToByteArray());
    expect(bytes.equals(body.subarray(100))).toBe(true);
  });
});
