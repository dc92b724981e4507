import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cli, scratch } from '../support/cli.js';
import { ended, startProgram } from '../support/program.js';

const OPTIONS = ['--policy', '--allow', '--profile-map', '--config'] as const;

/** Opens a pipe for writing as soon as somebody has opened it for reading. */
async function writerOf(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENXIO')) throw error;
      await setTimeout(10);
    }
  }
}

it.each(OPTIONS)('a file that never ends is given up on a signal: %s', async (option) => {
  const path = join(scratch(), 'pipe');
  execFileSync('mkfifo', [path]);
  const program = startProgram(['untracked-sessions', '--since', '7d', option, path]);
  const fd = await writerOf(path);
  program.kill('SIGINT');
  const { code, stdout, stderr } = await ended(program);
  closeSync(fd);
  expect([code, stdout, stderr]).toEqual([130, '', 'sentinel-audit: interrupted\n']);
});

it.each(OPTIONS)('an endless device is refused with one line: %s', async (option) => {
  const args = ['untracked-sessions', '--since', '7d', option, '/dev/zero'];
  const line = `sentinel-audit: ${option}: /dev/zero cannot be read: it is neither a file nor a pipe\n`;
  expect(await cli(args)).toEqual({ code: 2, stdout: '', stderr: line });
});
