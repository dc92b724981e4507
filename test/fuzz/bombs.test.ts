import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { scratch } from '../support/cli.js';
import { runProgram } from '../support/program.js';
import { sessionRow } from '../support/sessions.js';
import { NO_AWS, WINDOW, fileOf, ndjsonOf, roleRecord, writeTrail } from '../support/trail.js';

const IS_FULL = process.env['MODE'] === 'fuzz';
/** No run may take more memory, in MB. */
const MOST_MEMORY = 512;
const MB = 1024 * 1024;

const nested = `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`;
/** A gzip of so many bytes that are all the same, in members of 64 MB. */
const packed = (byte: number): Buffer => {
  const member = gzipSync(Buffer.alloc(64 * MB, byte));
  return Buffer.concat(Array.from({ length: IS_FULL ? 160 : 16 }, () => member)); // 10 GB, or 1 GB
};
const record = JSON.stringify(roleRecord(1)).slice(0, -1);
const row = JSON.stringify(sessionRow(1)).slice(0, -1);
const list = (count: number, each: (n: number) => string, between = ''): string =>
  Array.from({ length: count }, (_, n) => each(n)).join(between);
/** Each anchor has the one before ten times. */
const aliases = `a0: &a0 [x]\n${list(30, (n) => `a${n + 1}: &a${n + 1} [${list(10, () => `*a${n}`, ',')}]\n`)}`;
const inKinesis = (text: string): string => {
  const data = gzipSync(text).toString('base64');
  return JSON.stringify({ Records: Array.from({ length: 50 }, () => ({ kinesis: { data } })) });
};
/** A file of zeros that takes no place on disk. */
const ENDLESS = Symbol('10 GB of zeros');

type Place =
  | '--sessions'
  | '--events'
  | '--policy'
  | '--allow'
  | '--profile-map'
  | '--config'
  | '--aws-config';
/** What is read, as which file, and the code that the run ends with. */
type Bomb = [
  what: string,
  place: Place,
  name: string,
  content: () => string | Buffer | typeof ENDLESS,
  code?: number,
];

const BOMBS: readonly Bomb[] = [
  ['gigabytes of zeros', '--sessions', 'rows.gz', () => packed(0)],
  ['gigabytes of zeros', '--events', 'events.gz', () => packed(0)],
  ['gigabytes of blanks', '--sessions', 'rows.gz', () => packed(0x20)],
  ['gigabytes of blanks', '--events', 'events.gz', () => packed(0x20)],
  ['gigabytes', '--sessions', 'archive.json', () => ENDLESS],
  ['gigabytes', '--sessions', 'manifest-summary.json', () => ENDLESS],
  ['lists in one another', '--sessions', 'rows.json', () => nested],
  [
    'lists in one another in a row',
    '--sessions',
    'rows.ndjson',
    () => `${row},"x":${nested},"user":1}`,
  ],
  ['lists in one another', '--events', 'events.json', () => nested],
  [
    'lists in one another in a record',
    '--events',
    'events.json',
    () => `{"Records":[${record},"requestParameters":${nested}}]}`,
  ],
  [
    'lists in one another beside records',
    '--events',
    'events.json',
    () => `{"detail":${record},"x":${nested},"eventTime":1},"Records":[]}`,
  ],
  [
    'lists in one another',
    '--sessions',
    'manifest-summary.json',
    () => `{"outputFormat":${nested}}`,
  ],
  [
    'lists in one another',
    '--sessions',
    'archive.json',
    () => `{"format":"sentinel-audit archive","version":${nested}}`,
  ],
  ['one long text', '--sessions', 'rows.json', () => `{"id":"${'a'.repeat(200 * MB)}"}`],
  [
    'one long text',
    '--events',
    'events.json',
    () => `{"Records":[{"eventName":"${'a'.repeat(200 * MB)}"}]}`,
  ],
  ['one long cell', '--sessions', 'rows.csv', () => `id,user\n"${'a'.repeat(200 * MB)}`],
  [
    'a million columns',
    '--sessions',
    'rows.csv',
    () => `id,${list(1_000_000, (n) => `c${n}`, ',')}\n`,
  ],
  ['a million cells', '--sessions', 'rows.csv', () => `id,user\n${','.repeat(1_000_000)}x\n`],
  [
    'a million keys',
    '--sessions',
    'rows.ndjson',
    () => `${row}${list(1_000_000, (n) => `,"c${n}":1`)}}\n`,
  ],
  ['packed texts', '--events', 'events.json', () => inKinesis(' '.repeat(500 * MB))],
  ['packed texts', '--sessions', 'stream.json', () => inKinesis(' '.repeat(500 * MB))],
  ...(['--policy', '--allow', '--profile-map', '--config'] as const).flatMap((option): Bomb[] => [
    ['aliases of aliases', option, 'file.yaml', () => aliases, 2],
    ['lists in one another', option, 'file.yaml', () => `since: ${nested}`, 2],
    ['lists in one another on a line', option, 'file.yaml', () => `${'- '.repeat(2_000_000)}x`, 2],
  ]),
  [
    'profiles that include the next',
    '--aws-config',
    'config',
    () => list(300_000, (n) => `[profile p${n}]\ninclude_profile=p${n + 1}\n`),
    0,
  ],
  [
    'profiles of one role',
    '--aws-config',
    'config',
    () => list(300_000, (n) => `[profile p${n}]\nrole_arn=x\n`),
    0,
  ],
  [
    'roles of one profile',
    '--aws-config',
    'config',
    () => `[default]\n${'role_arn=x\n'.repeat(1_000_000)}`,
    0,
  ],
  ['blanks', '--aws-config', 'config', () => `[default]\nrole_arn = a${' '.repeat(15 * MB)}b\n`, 0],
];

const trail = writeTrail([roleRecord(1)]);
const sessions = fileOf('sessions.ndjson', ndjsonOf([sessionRow(1)]));

function argsFor(place: Place, folder: string, path: string): readonly string[] {
  if (place === '--sessions') return ['export', '--sessions', folder];
  if (place === '--config') return ['export', '--sessions', sessions, '--config', path];
  if (place === '--events') return ['export', 'events', ...WINDOW, '--events', path];
  const audit = place === '--policy' ? 'session-compliance' : 'untracked-sessions';
  return [
    audit,
    ...WINDOW,
    '--events',
    trail,
    '--sessions',
    sessions,
    place,
    path,
    '--fail-on',
    'none',
  ];
}

/** Without `npm run fuzz`, each fourth. */
const CHOSEN = BOMBS.filter((_, at) => IS_FULL || at % 4 === 1);

it.each(CHOSEN)(
  '%s for %s (%s) neither fill the memory nor crash',
  async (what, place, name, content, code = 3) => {
    const folder = scratch();
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const bomb = content();
    writeFileSync(path, bomb === ENDLESS ? '' : bomb);
    if (bomb === ENDLESS) truncateSync(path, 10 * 1024 * MB);
    const peak = join(scratch(), 'peak');
    const NODE_OPTIONS = `--import ${new URL('../../bench/usage.js', import.meta.url).href}`;
    const started = performance.now();
    const ended = await runProgram(argsFor(place, folder, path), {
      env: { ...NO_AWS, NODE_OPTIONS, USAGE_FILE: peak },
    });
    const seconds = (performance.now() - started) / 1000;
    const memory = (JSON.parse(readFileSync(peak, 'utf8')) as { peak: number }).peak;
    if (IS_FULL)
      console.log(
        `${what}, ${place} ${name}: code ${ended.code}, ${memory.toFixed(0)} MB, ${seconds.toFixed(1)} s`,
      );
    expect(ended.code, ended.stderr.slice(0, 2000)).toBe(code);
    expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    if (code === 3) expect(ended.stderr).toContain(name);
    if (code === 2) expect(ended.stderr).toContain(`${place}: `);
    expect(memory).toBeLessThan(MOST_MEMORY);
  },
);
