import {
  createWriteStream,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cli, objects, scratch } from '../support/cli.js';
import { ended, runShell, startProgram } from '../support/program.js';
import { type Row, idOf, sessionRow, sessionRows } from '../support/sessions.js';
import { NO_AWS, ndjsonOf, roleRecord } from '../support/trail.js';

const ndjson = (rows: readonly Row[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function file(name: string, content: string | Uint8Array, folder = scratch()): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const read = (path: string, ...more: string[]): ReturnType<typeof cli> =>
  cli(['export', '--format', 'ndjson', '--sessions', path, ...more]);

describe('rejects are never written over or into what is read', () => {
  const rows = `${ndjson(sessionRows(3))}{"id":"bad"}\n`;

  it('under its own name, a link, or another name of the same file', async () => {
    const path = file('rows.ndjson', rows);
    const link = `${path}.link`;
    symlinkSync(path, link);
    for (const rejects of [path, link]) {
      const { code, stderr } = await read(path, '--rejects', rejects);
      expect([code, stderr]).toEqual([2, expect.stringContaining('which is read')]);
    }
    const twin = `${path}.twin`;
    linkSync(path, twin);
    expect((await read(path, '--rejects', twin)).code).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe(rows);
  });

  it('in a folder that is read', async () => {
    const folder = scratch();
    file('rows.ndjson', rows, folder);
    const { code, stderr } = await read(folder, '--rejects', join(folder, 'rejects.ndjson'));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`is in ${folder}`)]);
  });

  it('nor over the output, also through a link, nor to standard output', async () => {
    const path = file('rows.ndjson', rows);
    const folder = scratch();
    symlinkSync('out.csv', join(folder, 'link'));
    const args = ['export', '--sessions', path, '--out', 'out.csv'];
    expect((await cli([...args, '--rejects', 'link'], { cwd: folder })).code).toBe(2);
    expect((await cli([...args, '--rejects', '-'], { cwd: folder })).code).toBe(2);
  });
});

describe('the output is never written over what is read', () => {
  const inputs: readonly [string, string, readonly string[]][] = [
    ['--sessions', ndjson(sessionRows(3)), ['export']],
    ['--events', ndjsonOf([roleRecord(1)]), ['export', 'events']],
  ];

  it.each(inputs)('which is %s', async (option, content, command) => {
    const path = file('rows.ndjson', content);
    const other = file('other.ndjson', content);
    const [link, twin] = [`${path}.link`, `${path}.twin`];
    symlinkSync(path, link);
    linkSync(path, twin);
    for (const out of [path, link, twin]) {
      const args = [...command, option, other, path, '--format', 'ndjson', '--out', out];
      const { code, stdout, stderr } = await cli(args, { env: NO_AWS });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`--out: is ${path}, which is read\n  write to another place\n`);
    }
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it.each(inputs)('but may be a new file in a folder of %s', async (option, content, command) => {
    const folder = scratch();
    file('rows.ndjson', content, folder);
    const out = join(folder, 'out.ndjson');
    const { code } = await cli([...command, option, folder, '--out', out], { env: NO_AWS });
    expect([code, readFileSync(out, 'utf8').split('\n').length]).toEqual([
      0,
      content.split('\n').length,
    ]);
  });
});

describe('what a file holds is found', () => {
  it('behind any amount of white space', async () => {
    const path = file('rows', '\n'.repeat(300_000) + ndjson(sessionRows(10)));
    expect(objects((await read(path)).stdout).length).toBe(10);
  });

  it('up to a fault in the same piece', async () => {
    const list = `[${sessionRows(100)
      .map((row) => JSON.stringify(row))
      .join(',')},]`;
    const { code, stdout } = await read(file('list', list));
    expect([code, objects(stdout).length]).toEqual([3, 100]);
  });

  it('in a CSV with lines that end in two ways, and with cells of megabytes', async () => {
    const long = 'x'.repeat(2_000_000);
    const csv = `id,user\n${idOf(1)},bob\r\n${idOf(2)},${long}\n`;
    const { code, stdout } = await read(file('rows.csv', csv));
    expect(code).toBe(0);
    expect(objects(stdout).map(({ user }) => user)).toEqual(['bob', long]);
  });

  it('but not in bytes that are no UTF-8, nor in an answer of another kind', async () => {
    const latin = Buffer.from(`id,user\n${idOf(1)},Jos\xe9\n`, 'latin1');
    const { code, stderr } = await read(file('rows.csv', latin));
    expect([code, stderr]).toEqual([3, expect.stringContaining('not UTF-8')]);
  });

  it('among ten thousands of other lists', async () => {
    const others = Array.from({ length: 40_000 }, (_, n) => `"a${n}":[]`).join(',');
    const text = `{"Count":1,${others},"Items":[${JSON.stringify(sessionRow(1))}]}`;
    expect(objects((await read(file('scan', text))).stdout).length).toBe(1);
  });

  it('and a file without rows is pointed out', async () => {
    expect((await read(file('empty', ''))).stderr).toContain('is empty');
  });
});

describe('what a file says does not get out', () => {
  it('in an error about a CSV', async () => {
    const csv = `id,user,sessionToken\n${idOf(1)},bob,HIDDEN"x\n`;
    const rejects = join(scratch(), 'rejects');
    const { code, stderr } = await read(file('rows.csv', csv), '--rejects', rejects);
    expect(code).toBe(3);
    expect(stderr + readFileSync(rejects, 'utf8')).not.toContain('HIDDEN');
  });

  it('as a line of its own', async () => {
    const forged = '\nexported 5,000 sessions: all is well';
    const folder = scratch();
    mkdirSync(join(folder, 'in'));
    const path = file(
      `a${forged}`,
      `{"id":"x${forged.replace('\n', '\\n')}"}\n`,
      join(folder, 'in'),
    );
    const { stderr } = await read(path);
    expect(stderr.split('\n').filter((line) => line.startsWith('exported 5,000'))).toEqual([]);
  });

  it('as a row too deep to look at, which is one reject', async () => {
    const deep = `{"id":"bad","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}\n`;
    const rejects = join(scratch(), 'rejects');
    const { code, stdout } = await read(
      file('rows', deep + ndjson(sessionRows(2))),
      '--rejects',
      rejects,
    );
    expect([code, objects(stdout).length]).toEqual([3, 2]);
    expect(objects(readFileSync(rejects, 'utf8')).length).toBe(1);
  });
});

describe('logs that come through a pipe, packed, are read while they come', () => {
  // Far more than anybody would hold back.
  const records = Array.from({ length: 20_000 }, (_, n) => roleRecord(n));
  const [begun, rest] = [records.slice(0, -1), records.slice(-1)].map((some) =>
    gzipSync(ndjsonOf(some), { level: 1 }),
  ) as [Buffer, Buffer];

  it.each(['a named one', 'standard input'])('%s', async (which) => {
    const named = join(scratch(), 'pipe');
    execFileSync('mkfifo', [named]);
    const isNamed = which === 'a named one';
    const args = ['export', 'events', '--events', isNamed ? named : '-', '--format', 'ndjson'];
    const child = startProgram(args, { env: NO_AWS });
    const pipe = isNamed ? createWriteStream(named) : child.stdin!;
    const result = ended(child);
    pipe.on('error', () => {}); // of a program that ended: its code tells
    pipe.write(begun);
    await Promise.race([once(child.stdout!, 'data'), result]); // before the rest has come
    expect(child.exitCode).toBeNull();
    pipe.end(rest);
    const { code, stdout } = await result;
    expect([code, objects(stdout).length]).toEqual([0, records.length]);
  });
});

describe('a run over files', () => {
  it('stops in the middle of one when it is interrupted', async () => {
    const many = sessionRows(50_000);
    const path = file('many.gz', gzipSync(ndjson(many), { level: 1 }));
    const child = startProgram(['export', '--sessions', path, '--format', 'ndjson']);
    await once(child.stdout!, 'readable'); // and not read: the pipe fills up, and it cannot end before
    child.kill('SIGINT');
    const { code, stdout } = await ended(child);
    expect(code).toBe(130);
    expect(objects(stdout.slice(0, stdout.lastIndexOf('\n'))).length).toBeLessThan(many.length);
  });

  it('writes to a pipe that --out names', async () => {
    const path = file('rows', ndjson(sessionRows(10)));
    const line = `$PROGRAM export --sessions "${path}" --out /dev/stdout | cat`;
    const { stdout } = await runShell(line);
    expect(stdout.trimEnd().split('\n').length).toBe(11);
  });

  it('shows a table of cells of any length', async () => {
    const path = file('rows', ndjson([sessionRow(1, { user: 'é'.repeat(350_000) })]));
    const { stdout } = await cli(['server-sessions', '--sessions', path]);
    expect(stdout).toContain('ééééééééééé…');
  });
});
