import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The jars of Trino 418: Athena's engine version 3 is near to it, and it runs on Java 17. */
export const JARS = fileURLToPath(new URL('../../node_modules/.cache/trino-418', import.meta.url));
const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies';

const run = promisify(execFile);

/** Why Trino cannot run here, or undefined when it can. Its jars take 100 MB and a minute the first time. */
export async function whyNoTrino(): Promise<string | undefined> {
  const java = await versionOf('javac', '-version');
  if (java === undefined || java < 17) return 'there is no JDK 17 or newer on this machine';
  if (existsSync(JARS)) return undefined;
  if ((await versionOf('mvn', '--version')) === undefined) return 'there is no Maven';
  try {
    await install();
    return undefined;
  } catch (error) {
    const lines = String((error as { stdout?: string }).stdout || error).split('\n');
    return `its jars could not be had: ${lines.find((line) => /ERROR/.test(line)) ?? lines[0]}`;
  }
}

/** The first number that a program says; undefined where it is not there. */
async function versionOf(program: string, flag: string): Promise<number | undefined> {
  try {
    const { stdout, stderr } = await run(program, [flag]);
    return Number(/\d+/.exec(stdout + stderr)?.[0]);
  } catch {
    return undefined;
  }
}

/** Appears under its name when it is whole: other runs may be at the same. */
async function install(): Promise<void> {
  const own = `${JARS}.${process.pid}`;
  mkdirSync(dirname(own), { recursive: true });
  try {
    const jars = join(own, 'jars');
    const where = [`-Dmaven.repo.local=${join(own, 'repository')}`, `-DoutputDirectory=${jars}`];
    await run('mvn', ['--batch-mode', '--quiet', '--file', POM, COPY, ...where]);
    if (!existsSync(JARS)) renameSync(jars, JARS);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
