import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoTable } from '../examples/demo-table.js';
import { cli } from './support/cli.js';

/**
 * Each folder `golden/<command>/<case>/` has `arguments`, one a line, and what the built program answers to
 * them on the example sessions: `stdout`, `stderr`, `code`. UPDATE_GOLDEN=1 writes them anew: read the diff.
 */
const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folders = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('arguments'))
  .map((path) => join(GOLDEN, path, '..'));

let table: Awaited<ReturnType<typeof startDemoTable>>;
beforeAll(async () => {
  table = await startDemoTable();
});
afterAll(() => table.close());

describe('golden', () => {
  it.each(folders.map((folder) => [relative(GOLDEN, folder), folder]))('%s', async (_, folder) => {
    const args = readFileSync(join(folder, 'arguments'), 'utf8').split('\n').filter(Boolean);
    const { code, stdout, stderr } = await cli(args, { env: table.environment, cwd: ROOT });
    const answer = { stdout, stderr: withoutTime(stderr), code: `${code}\n` };
    for (const [name, text] of Object.entries(answer)) {
      const path = join(folder, name);
      if (process.env['UPDATE_GOLDEN']) writeFileSync(path, text);
      expect(text, name).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '(no such file)');
    }
  });
});

function withoutTime(text: string): string {
  return text.replace(/\d+\.\d s$/gm, 'N s');
}
