import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ExitCode } from '../../src/errors.js';
import { scratch } from '../support/cli.js';
import { type TrailRecord, assumeRoleRecord } from '../support/cloudtrail.js';
import { ended, runProgram, startProgram } from '../support/program.js';
import { startS3 } from '../support/s3/server.js';
import { NO_AWS, WINDOW, roleRecord } from '../support/trail.js';

const env = NO_AWS;
const ARGS = ['export', 'events', ...WINDOW, '--format', 'ndjson'];
const OTHER = assumeRoleRecord({ eventSource: 's3.amazonaws.com', eventName: 'GetObject' });

/** A folder of log files whose names are their order. */
function logs(contents: readonly (string | Buffer)[]): string {
  const folder = join(scratch(), 'logs');
  mkdirSync(folder);
  for (const [at, content] of contents.entries()) {
    writeFileSync(join(folder, `${String(at).padStart(4, '0')}.json.gz`), content);
  }
  return folder;
}

const packed = (Records: readonly TrailRecord[]): Buffer => gzipSync(JSON.stringify({ Records }));
const callsOf = (file: number, count: number): TrailRecord[] =>
  Array.from({ length: count }, (_, n) => [roleRecord(file * 1000 + n), OTHER]).flat();

describe('log files are read by threads', () => {
  test('in the same order, with the same rejects, as without', async () => {
    const damaged = packed(callsOf(12, 50));
    const folder = logs([
      ...Array.from({ length: 9 }, (_, file) => packed(callsOf(file, (file * 37) % 90))),
      gzipSync(
        `{"Records":[${JSON.stringify(roleRecord(9001))},{"eventSource":"sts.amazonaws.com"},`,
      ),
      packed([{ ...roleRecord(9002), eventTime: 'yesterday' }, roleRecord(9003)]),
      '{"not":"a log"}',
      damaged.subarray(0, damaged.length - 30),
      `${JSON.stringify(roleRecord(9004))}\n{"eventSource":"sts\n${JSON.stringify(roleRecord(9005))}\n`,
      ...Array.from({ length: 9 }, (_, file) => packed(callsOf(20 + file, 40))),
    ]);
    const results = [];
    for (const threads of ['1', '2', '5']) {
      const rejects = join(scratch(), 'rejects');
      const args = [...ARGS, '--events', folder, '--threads', threads, '--rejects', rejects];
      const { code, stdout, stderr } = await runProgram(args, { env });
      const told = stderr.replaceAll(/[\d.]+ s\b|\S+rejects/g, '…');
      results.push({ code, stdout, told, rejects: readFileSync(rejects, 'utf8') });
    }
    const [alone, ...others] = results;
    expect(alone?.code).toBe(ExitCode.Failed);
    expect(alone?.rejects.trimEnd().split('\n')).toHaveLength(6);
    expect(alone?.stdout.trimEnd().split('\n').length).toBeGreaterThan(700);
    for (const other of others) expect(other).toEqual(alone);
  });

  test('also parts that are many, of a file that is long', async () => {
    const long = JSON.stringify({ Records: callsOf(1, 9000) }); // 16 MB
    const folder = logs(['', ...Array.from({ length: 6 }, () => packed(callsOf(0, 2))), long]);
    const run = (threads: string): ReturnType<typeof runProgram> =>
      runProgram([...ARGS, '--events', folder, '--threads', threads], { env });
    const [alone, side] = [await run('1'), await run('3')];
    expect(alone.stdout.trimEnd().split('\n').length).toBe(9002);
    expect(side.stdout).toBe(alone.stdout);
    expect(side.code).toBe(alone.code);
  });

  test('but nothing else is, and that is an error of the command line', async () => {
    for (const more of [[], ['--events', 'athena', '--athena-table', 'a.b']]) {
      const args = ['export', 'events', '--since', '1d', '--threads', '2', ...more];
      const { code, stderr } = await runProgram(args, { env });
      expect(code).toBe(ExitCode.Usage);
      expect(stderr).toContain('--threads: is only for events of log files');
    }
  });

  test('and an interruption ends them', async () => {
    const file = packed(callsOf(1, 3000));
    const folder = logs(Array.from({ length: 300 }, () => file));
    const out = scratch();
    const args = [...ARGS, '--events', folder, '--threads', '2', '--out', join(out, 'out')];
    const child = startProgram(args, { env });
    const end = ended(child);
    while (readdirSync(out).length === 0) await sleep(20);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 143 });
    expect(readdirSync(out)).toEqual([]);
  });

  test('objects of S3 too, and those that cannot be read to their end', async () => {
    const s3 = await startS3();
    onTestFinished(() => s3.close());
    for (let n = 0; n < 12; n++) {
      const key = `AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/20/${1000 + n}.json.gz`;
      const content = packed(callsOf(n, 30));
      s3.put('trail', key, n === 7 ? content.subarray(0, content.length - 20) : content);
    }
    const at = { ...NO_AWS, AWS_ENDPOINT_URL_S3: s3.url };
    const run = (threads: string): ReturnType<typeof runProgram> =>
      runProgram([...ARGS, '--events', 's3://trail', '--threads', threads], { env: at });
    const [alone, side] = [await run('1'), await run('3')];
    expect(alone.stdout.trimEnd().split('\n').length).toBeGreaterThan(330);
    expect(side.stdout).toBe(alone.stdout);
    expect([side.code, alone.code]).toEqual([ExitCode.Failed, ExitCode.Failed]);
    expect(side.stderr).toContain('1007.json.gz: the gzip ends too early');
  });
});
