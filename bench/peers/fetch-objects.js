// Lists the bucket `logs`, fetches all of its objects, 48 at once, and unpacks them: what the SDK takes by itself.
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { timed } from './work.js';

const [, , endpoint = ''] = process.argv;
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const client = new S3Client({
  endpoint,
  credentials,
  region: 'us-east-1',
  forcePathStyle: true,
});
const atOnce = pLimit(48);

async function fetchObject(/** @type {string | undefined} */ Key) {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'logs', Key }));
  const packed = await Body?.transformToByteArray();
  return gunzipSync(packed ?? new Uint8Array()).length;
}

await timed(async () => {
  const sizes = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: 'logs' })) {
    for (const { Key } of page.Contents ?? []) sizes.push(atOnce(() => fetchObject(Key)));
  }
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
});
process.exit();
