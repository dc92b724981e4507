import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, cli, objects, scratch } from '../support/cli.js';
import { seeded } from '../support/busy-table.js';
import { NO_AWS } from '../support/trail.js';
import { mutated } from './mutations.js';
import { startWatchdog } from './watchdog.js';

/** A row that the files hold, as it is written there. */
interface KnownRow {
  readonly id: string;
  readonly text: string;
}

/** One way in which the program reads what others wrote. */
export interface Reader {
  /** The files by their paths below a folder. The first is spoilt, or the one that `spoilt` names. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly spoilt?: string;
  readonly args: (folder: string, spoilt: string) => readonly string[];
  /** What a message must name, when nothing or not all could be read: the file, unless told. */
  readonly place?: RegExp;
  /** Rows that a run without errors must give, where they are still there. */
  readonly rows?: readonly KnownRow[] | undefined;
  /** Is every change noticed, since a checksum lies beside the file? */
  readonly isSealed?: boolean;
}

/** How often each reader reads something spoilt; `npm run fuzz` wants more. */
const FULL = process.env['MODE'] === 'fuzz' ? 2000 : 20;
const MUTATIONS = Number(process.env['FUZZ_MUTATIONS'] ?? FULL);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** For one run, in milliseconds of CPU time. */
const LONGEST = 30_000;

/** Tests of readers: whatever is done to their files, a run ends with an exit code and plain messages. */
export function fuzz(readers: Readonly<Record<string, Reader>>): void {
  describe.each(Object.entries(readers))('whatever happens to %s', (name, reader) => {
    it('a run tells what it could not read', async () => {
      const watchdog = startWatchdog();
      onTestFinished(watchdog.stop);
      const folder = scratch();
      const { files, args, spoilt = Object.keys(files)[0]! } = reader;
      for (const [path, content] of Object.entries(files)) write(join(folder, path), content);
      const path = join(folder, spoilt);
      const words = args(folder, path);
      const codes: Record<string, number> = {};
      const before = await cli(words, { env: NO_AWS });
      expect(before.code, before.stderr).not.toBe(2);
      for (let number = 0; number < MUTATIONS; number++) {
        const content = Buffer.from(files[spoilt]!);
        const changed = mutated(content, seeded(hashOf(`${name} ${SEED} ${number}`)));
        const which = `${name}: FUZZ_SEED=${SEED}, mutation ${number}`;
        watchdog.watch(which);
        write(path, changed);
        const cpu = process.cpuUsage();
        const ended = await cli(words, { env: NO_AWS }).catch((error: unknown) => {
          throw new Error(which, { cause: error });
        });
        const { user } = process.cpuUsage(cpu);
        codes[String(ended.code)] = (codes[String(ended.code)] ?? 0) + 1;
        const wrong = [
          ...(user > LONGEST * 1000 ? [`took ${user / 1e6} s`] : []),
          ...faultsOf(ended, reader, spoilt),
          ...lostRows(ended, reader, changed),
          ...(reader.isSealed && ended.code === 0 && !changed.equals(content) ? ['accepted'] : []),
        ];
        if (wrong.length > 0) keep(changed, number);
        expect(wrong, `${which}\n${ended.stderr.slice(0, 2000)}`).toEqual([]);
      }
      if (MUTATIONS >= 100)
        console.log(`${name}: ${MUTATIONS} mutations, ${JSON.stringify(codes)}`);
    });
  });
}

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
const STACK = /^\s+at .*:\d+:\d+/m;
/** What JavaScript writes where something was not thought of. */
const SLIP = /undefined|\[object |\bNaN\b|TypeError|RangeError|Cannot read prop/;

/** What is wrong with how a run ended, whatever it read. */
function faultsOf({ code, stderr }: Ended, { place }: Reader, spoilt: string): string[] {
  const faults: string[] = [];
  if (![0, 1, 2, 3].includes(code ?? -1)) faults.push(`ended with ${code}`);
  if (STACK.test(stderr)) faults.push('a stack trace');
  if (CONTROL.test(stderr)) faults.push('a control character');
  if (SLIP.test(stderr)) faults.push('a slip');
  const names = place?.test(stderr) ?? stderr.includes(spoilt);
  if ((code === 2 || code === 3) && !names) faults.push('no place');
  const sum =
    /([\d,]+) rows? read = ([\d,]+) kept \+ ([\d,]+) filtered out \+ ([\d,]+) superseded \+ ([\d,]+) rejected/;
  const [rows = 0, kept = 0, filtered = 0, superseded = 0, rejected = 0] = (sum.exec(stderr) ?? [])
    .slice(1)
    .map((count) => Number(count.replaceAll(',', '')));
  if (rows !== kept + filtered + superseded + rejected)
    faults.push('rows that are not accounted for');
  if (code === 0 && rejected > 0) faults.push('success with rejected rows');
  return faults;
}

/** Rows that are still whole and that a run without errors did not give. */
function lostRows(
  { code, stdout, stderr }: Ended,
  { rows = [] }: Reader,
  content: Buffer,
): string[] {
  const isSaid = stderr.includes('without an old image'); // counted apart, since its image has another name
  if (code !== 0 || rows.length === 0 || isSaid) return [];
  const ids = new Set(objects(stdout).map(({ id, event_id }) => id ?? event_id));
  const lost = rows.filter(({ id, text }) => !ids.has(id) && content.includes(text));
  return lost.map(({ id }) => `${id} is lost`);
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Leaves the file of a failure where FUZZ_KEEP says. */
function keep(content: Buffer, number: number): void {
  const folder = process.env['FUZZ_KEEP'];
  if (folder !== undefined) write(join(folder, String(number)), content);
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.codePointAt(0)!) >>> 0;
  return hash;
}
