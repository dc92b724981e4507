import { type ChildProcess, execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cli, scratch } from '../support/cli.js';
import { ended, startProgram } from '../support/program.js';
import { idOf, sessionRow } from '../support/sessions.js';
import { WINDOW, fileOf, ndjsonOf, roleRecord, writeTrail } from '../support/trail.js';

const OPTIONS = ['--policy', '--allow', '--profile-map', '--config'] as const;

/** Opens a pipe for writing as soon as a program has opened it for reading. */
async function writerOf(path: string, program: ChildProcess): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENXIO')) throw error;
      expect(program.exitCode).toBeNull();
      await setTimeout(10);
    }
  }
}

it.each(OPTIONS)('a file that never ends is given up on a signal: %s', async (option) => {
  const path = join(scratch(), 'pipe');
  execFileSync('mkfifo', [path]);
  const program = startProgram(['untracked-sessions', '--since', '7d', option, path]);
  const fd = await writerOf(path, program);
  program.kill('SIGINT');
  const { code, stdout, stderr } = await ended(program);
  closeSync(fd);
  expect([code, stdout, stderr]).toEqual([130, '', 'sentinel-audit: interrupted\n']);
});

it.each(['--aws-config', '--events', '--sessions'])(
  'so is a pipe that nobody writes to: %s',
  async (option) => {
    const path = join(scratch(), 'pipe');
    execFileSync('mkfifo', [path]);
    const folder = scratch();
    const trail = writeTrail([roleRecord(1, { identity: `sentinel-${idOf(1)}` })]);
    const inputs = { '--events': trail, '--sessions': scratch(), [option]: path };
    const args = ['untracked-sessions', ...WINDOW, ...Object.entries(inputs).flat()];
    const program = startProgram(args, { env: { TMPDIR: folder } });
    const fd = await writerOf(path, program);
    program.kill('SIGHUP');
    const { code, stdout } = await ended(program);
    closeSync(fd);
    expect([code, stdout]).toEqual([129, '']);
    expect(readdirSync(folder)).toEqual([]);
  },
);

it('so is the wait for somebody who reads --out', async () => {
  const path = join(scratch(), 'pipe');
  execFileSync('mkfifo', [path]);
  const rows = fileOf('rows.ndjson', ndjsonOf([sessionRow(1)]));
  const program = startProgram(['export', '--sessions', rows, '--out', path, '--verbose']);
  await setTimeout(700); // the wait cannot be seen from here
  program.kill('SIGTERM');
  expect((await ended(program)).code).toBe(143);
});

it('rejects for a pipe that nobody reads are refused', async () => {
  const path = join(scratch(), 'pipe');
  execFileSync('mkfifo', [path]);
  const rows = fileOf('rows.ndjson', ndjsonOf([sessionRow(1)]));
  const { code, stderr } = await cli(['export', '--sessions', rows, '--rejects', path]);
  expect([code, stderr]).toEqual([3, expect.stringContaining('could not be written')]);
});

it.each(OPTIONS)('an endless device is refused with one line: %s', async (option) => {
  const args = ['untracked-sessions', '--since', '7d', option, '/dev/zero'];
  const line = `sentinel-audit: ${option}: /dev/zero cannot be read: it is neither a file nor a pipe\n`;
  expect(await cli(args)).toEqual({ code: 2, stdout: '', stderr: line });
});
