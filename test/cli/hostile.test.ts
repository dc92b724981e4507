import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { cli, scratch } from '../support/cli.js';
import { sessionRow } from '../support/sessions.js';

/** What somebody who may name a session would write into the evidence. */
const TEXTS = [
  '=HYPERLINK("http://evil.example","click")',
  '+1+cmd|calc',
  '-2',
  '@SUM(A1)',
  '\t=1',
  "'=already",
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31m',
  'abc\u202etxt.exe',
  '\u2066left\u2069',
  'line one\nline two',
  'carriage\rreturn',
  'quote " and comma , and semicolon ;',
  '日本語の名前がとても長い場合',
  '👩‍👩‍👧‍👦 family and e\u0301',
  'nul \u0000 del \u007f',
];
const path = join(scratch(), 'hostile.ndjson');
writeFileSync(
  path,
  TEXTS.map((user, n) => `${JSON.stringify(sessionRow(n, { user, profile: user }))}\n`).join(''),
);
/** What must not come out. */
const ACTING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

it('a CSV is one that no spreadsheet runs, and holds exactly the texts', async () => {
  const { stdout } = await cli(['export', '--sessions', path, '--columns', 'id,user']);
  const records = parse(stdout, { columns: true }) as { user: string }[];
  expect(records.length).toBe(TEXTS.length);
  for (const { user } of records) expect(user).not.toMatch(/^[=+\-@\t\r]/);
  expect(records.map(({ user }) => user.replace(/^'(?='*[=+\-@\t\r])/, ''))).toEqual(TEXTS);
  const raw = await cli(['export', '--sessions', path, '--columns', 'id,user', '--csv-raw']);
  const rawRecords = parse(raw.stdout, { columns: true }) as { user: string }[];
  expect(rawRecords.map(({ user }) => user)).toEqual(TEXTS);
});

it.each(['ndjson', 'json'])('%s holds exactly the texts, and nothing that acts', async (format) => {
  const { stdout } = await cli(['export', '--sessions', path, '--format', format]);
  expect(stdout).not.toMatch(ACTING);
  const rows = (
    format === 'json'
      ? (JSON.parse(stdout) as { sessions: unknown[] }).sessions
      : stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown)
  ) as { user: string }[];
  expect(rows.map(({ user }) => user)).toEqual(TEXTS);
});

it('a table keeps its columns, one line a row, and sends nothing that acts', async () => {
  const { stdout } = await cli(['server-sessions', '--sessions', path, '--limit', '50']);
  expect(stdout).not.toMatch(ACTING);
  const lines = stdout.split('\n').slice(2, 2 + TEXTS.length);
  for (const line of lines) {
    const before = line.slice(0, line.search(/ (active\*?|revoked|expired) /) + 1);
    expect(stringWidth(before), line).toBe(16 + 2 + 12 + 2 + 20 + 2);
  }
  expect(stdout).toContain('\\x1b[2J');
  expect(stdout).toContain('\\u202e');
  expect(stdout).toContain('line one\\nl…');
});

it('an error shows what was found without sending it', async () => {
  const bad = join(scratch(), 'bad\u001b[31m.ndjson');
  writeFileSync(bad, `${JSON.stringify(sessionRow(1, { started_at: '\u001b[2J\u202e' }))}\n`);
  const { code, stderr } = await cli(['export', '--sessions', bad]);
  expect(code).toBe(3);
  expect(stderr).not.toMatch(ACTING);
  expect(stderr).toContain('started_at: expected an RFC 3339 time, found "\\x1b[2J\\u202e"');
});
