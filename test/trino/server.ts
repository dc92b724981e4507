import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JARS, whyNoTrino } from './jars.js';

const OPTIONS = [
  '-Xmx3g',
  '-XX:-UsePerfData',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1', // each statement is compiled, and runs once
  '-Djol.skipHotspotSAAttach=true', // or the start hangs
  '-Djdk.attach.allowAttachSelf=true',
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
];

/** Starts one Trino for all tests of a run, and says in the environment where; or says why there is none. */
export async function setup(): Promise<() => Promise<void>> {
  const why = await whyNoTrino();
  if (why !== undefined) {
    console.info(`Trino is skipped: ${why}`);
    return async () => {};
  }
  const main = fileURLToPath(new URL('TrinoServer.java', import.meta.url));
  const folder = `-Djava.io.tmpdir=${tmpdir()}`;
  const server = spawn('java', [...OPTIONS, folder, '-cp', join(JARS, '*'), main], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  const exited = once(server, 'exit');
  const url = await addressOf(server.stderr);
  server.stderr.resume();
  process.env['TRINO_URL'] = url;
  return async () => {
    server.stdin.end();
    await exited;
  };
}

/** Trino's log, where its standard output goes too, says it. */
async function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface(log)) {
    const [, address] = /listening on (http:\S+)/.exec(line) ?? [];
    if (address !== undefined) return address;
    lines.push(line);
  }
  throw new Error(`Trino ended before it listened: ${lines.slice(-20).join('\n')}`);
}
