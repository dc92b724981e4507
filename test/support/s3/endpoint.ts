import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startMoto, whyNoMoto } from '../moto.js';
import { startSeaweedfs, whyNoSeaweedfs } from '../seaweedfs.js';
import { startS3 } from './server.js';

/** An S3 as its clients see it, whoever wrote it. */
export interface S3Endpoint {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly makeBucket: (bucket: string) => Promise<void>;
  readonly put: (bucket: string, key: string, body: string) => Promise<void>;
  /** Undefined where there is no such object. */
  readonly get: (bucket: string, key: string) => Promise<string | undefined>;
  /** The keys of multipart uploads that are neither completed nor aborted. */
  readonly uploads: (bucket: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const ENV = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

/** The server of these tests, and those that others wrote; `why` says why one cannot run here. */
export async function s3Endpoints() {
  const servers = [
    { name: 'the S3 of these tests', start: startS3, why: undefined },
    { name: 'SeaweedFS', start: startSeaweedfs, why: await whyNoSeaweedfs() },
    { name: 'moto', start: startMoto, why: await whyNoMoto() },
  ];
  for (const { name, why } of servers) {
    if (why !== undefined) console.info(`${name} is skipped: ${why}`);
  }
  return servers.map(({ name, start, why }) => ({
    name,
    why,
    start: async () => endpointAt(await start()),
  }));
}

function endpointAt(server: { readonly url: string; readonly close: () => unknown }): S3Endpoint {
  const client = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  return {
    url: server.url,
    env: ENV,
    makeBucket: async (Bucket) => {
      await client.send(new CreateBucketCommand({ Bucket }));
    },
    put: async (Bucket, Key, Body) => {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(Body) }));
    },
    get: async (Bucket, Key) => {
      const answer = await client.send(new GetObjectCommand({ Bucket, Key })).catch((error) => {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      });
      return answer?.Body?.transformToString();
    },
    uploads: async (Bucket) => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    close: async () => {
      client.destroy();
      await server.close();
    },
  };
}

/** Stands before an S3, and cuts its first answer to a GetObject after so many bytes of the body. */
export async function startCutting(target: string, after: number) {
  let isCut = false;
  const server = createServer((incoming, answer) => {
    const { method, url = '', headers } = incoming;
    const passed = request(target + url, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      if (isCut || !url.includes('x-id=GetObject')) return response.pipe(answer);
      isCut = true;
      let left = after;
      response.on('data', (piece: Buffer) => {
        answer.write(piece.subarray(0, left));
        left -= piece.length;
        if (left > 0) return;
        response.destroy();
        setTimeout(() => answer.destroy(), 50);
      });
      return response;
    });
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close().closeAllConnections() };
}
