// An S3 of one bucket, `logs`, whose objects are the files of a folder, held in memory. An object begins to come after
// so many milliseconds. Sends its address.
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [, , folder = '', latency = '0'] = process.argv;
const keys = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.gz'))
  .toSorted();
const objects = new Map(keys.map((key) => [key, readFileSync(join(folder, key))]));

/** As `ListObjectsV2` lists what is below a prefix, in one page. */
function list(/** @type {URLSearchParams} */ query) {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const below = keys.filter((key) => key.startsWith(prefix));
  const folders = new Set();
  const contents = [];
  for (const key of below) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end !== -1) folders.add(key.slice(0, end + 1));
    else
      contents.push(
        `<Contents><Key>${key}</Key><LastModified>2026-01-20T00:00:00.000Z</LastModified><ETag>"1"</ETag><Size>${objects.get(key)?.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
      );
  }
  const common = [...folders].map(
    (one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>logs</Name><Prefix>${prefix}</Prefix><MaxKeys>1000000</MaxKeys><KeyCount>${contents.length + folders.size}</KeyCount><IsTruncated>false</IsTruncated>${contents.join('')}${common.join('')}</ListBucketResult>`;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost');
  const key = decodeURIComponent(url.pathname.replace(/^\/logs\/?/, ''));
  const object = objects.get(key);
  response.setHeader('server', 'AmazonS3');
  if (key === '') {
    response.setHeader('content-type', 'application/xml');
    response.end(list(url.searchParams));
  } else if (object === undefined) {
    response.statusCode = 404;
    response.end('<Error><Code>NoSuchKey</Code><Message>no</Message></Error>');
  } else {
    response.setHeader('etag', '"1"');
    response.setHeader('content-length', object.length);
    setTimeout(() => response.end(object), Number(latency));
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(
    `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
  );
});
