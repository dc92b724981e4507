import { execFileSync } from 'node:child_process';

/**
 * Builds the program once before all tests: the command-line tests run what users run. Over what is there,
 * not after taking it away: somebody may be running it.
 */
export function setup(): void {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
