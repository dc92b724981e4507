import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A package of PyPI in a virtual environment of its own; made once, kept as long as `node_modules` is. */
export interface PythonPackage {
  /** Why it cannot run here, or undefined when it can; it is installed when it is not there yet. */
  readonly whyNot: () => Promise<string | undefined>;
  /** Where a program of the environment lies, `python` for one. */
  readonly program: (name: string) => string;
}

/** The package that pip knows by this requirement, in a folder of this name. */
export function pythonPackage(requirement: string, name: string): PythonPackage {
  const home = fileURLToPath(new URL(`../../node_modules/.cache/${name}`, import.meta.url));
  return {
    whyNot: async () => {
      if (process.env['CI_NO_PYTHON']) return 'CI_NO_PYTHON is set';
      if (existsSync(programIn(home, 'python'))) return undefined;
      try {
        execFileSync('python3', ['-c', 'import ensurepip, venv'], { stdio: 'ignore' });
      } catch {
        return 'there is no python3 with venv and ensurepip on this machine';
      }
      try {
        await install(requirement, home);
        return undefined;
      } catch (error) {
        return `${requirement} could not be installed: ${String(error).split('\n').at(-1)}`;
      }
    },
    program: (program) => programIn(home, program),
  };
}

function programIn(home: string, name: string): string {
  return join(home, 'bin', name);
}

/** Appears under its name when it is whole: other runs may be at the same. */
async function install(requirement: string, home: string): Promise<void> {
  const own = `${home}.${process.pid}`;
  mkdirSync(dirname(own), { recursive: true });
  const run = promisify(execFile);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--no-compile'];
  try {
    const env = { ...process.env, HOME: own }; // pip asks rustc for its version, which writes to the home
    await run('python3', ['-m', 'venv', own], { env });
    const python = programIn(own, 'python');
    await run(python, [...pip, '--disable-pip-version-check', requirement], { env });
    if (!existsSync(home)) renameSync(own, home);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
