import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSts } from '../../examples/demo-sts.js';

/**
 * Builds the program once before all tests: those of processes run what users run. Over what is there, not
 * after taking it away: somebody may be running it. All tests of a run share one temporary folder, which is
 * gone when they are over, and one STS, so that nobody asks AWS who they are; a file that they left elsewhere, in the repository or at home, fails the run.
 */
export async function setup(): Promise<() => void> {
  execFileSync('node', ['build.js', '--over'], { stdio: 'inherit' });
  const temporary = mkdtempSync(join(tmpdir(), 'sentinel-audit-tests-'));
  const home = join(temporary, 'home'); // which nobody may make: no config, no caches of whoever runs the tests
  const sts = await startSts();
  Object.assign(process.env, { TMPDIR: temporary, HOME: home, TEST_STS: sts.url });
  const before = untrackedFiles();
  return () => {
    sts.close();
    const left = [...untrackedFiles()].filter((path) => !before.has(path));
    if (existsSync(home)) left.push(`${home}: ${readdirSync(home).join(' ')}`);
    rmSync(temporary, { recursive: true, force: true });
    if (left.length === 0) return;
    process.exitCode = 1; // vitest prints what is thrown here, and goes on
    throw new Error(`tests wrote outside their folder: ${left.join(', ')}`);
  };
}

/** What lies in the repository and is in no commit, ignored or not; empty where git is not there. */
function untrackedFiles(): ReadonlySet<string> {
  const args = ['status', '--porcelain', '--untracked-files=all', '--ignored=matching', '-z'];
  try {
    const lines = execFileSync('git', args, { encoding: 'utf8' }).split('\0');
    const paths = lines.filter((line) => /^(\?\?|!!)/.test(line)).map((line) => line.slice(3));
    return new Set(paths.filter((path) => !/^(node_modules|dist)\b/.test(path)));
  } catch {
    return new Set();
  }
}
