import { expect, test } from 'vitest';
import {
  type ExportCheckpoint,
  formatCheckpoint,
  formatPage,
  parseCheckpoint,
  withPage,
} from '../../src/checkpoint/export-checkpoint.js';
import { parseInstant } from '../../src/model/time/instant.js';

const first: ExportCheckpoint = {
  asked: { '--since': '90d', '--status': null },
  window: { since: parseInstant('2026-01-17T00:00:00.5Z'), until: undefined },
  table: { arn: 'arn:aws:dynamodb:us-east-1:111122223333:table/x', id: 'one' },
  plan: { kind: 'scan', segments: 2, missing: undefined },
  positions: [{ isDone: false }, { isDone: false }],
  totals: { read: 0, rejected: 0, exported: 0 },
  part: { name: '.x.aaaaaaaaaaaa.part', bytes: 3, inode: 7 },
};
const page = {
  segment: 1,
  position: { after: { id: { S: 'k' } }, isDone: false },
  totals: { read: 10, rejected: 1, exported: 8 },
  part: { ...first.part, bytes: 100 },
};
const second = withPage(first, page);

test('a checkpoint is what its lines say, one after another', () => {
  expect(parseCheckpoint(formatCheckpoint(first))).toEqual(first);
  expect(parseCheckpoint(formatCheckpoint(first) + formatPage(page))).toEqual(second);
  expect(second.positions).toEqual([{ isDone: false }, page.position]);
  expect([second.totals, second.part]).toEqual([page.totals, page.part]);
});

test('the torn line of a killed run counts for nothing, at the end or before the next run', () => {
  const torn = formatPage({ ...page, segment: 0 }).slice(0, -5);
  const text = formatCheckpoint(first) + formatPage(page);
  expect(parseCheckpoint(text + torn)).toEqual(second);
  const next = { ...second, part: { ...second.part, name: '.x.bbbbbbbbbbbb.part' } };
  expect(parseCheckpoint(`${text}${torn}\n${formatCheckpoint(next)}`)).toEqual(next);
  expect(() => parseCheckpoint(`${formatCheckpoint(first)}${torn}\n${formatPage(page)}`)).toThrow(
    'it is damaged: line 2',
  );
});

test('a page that a replaced run still saved is none of the next run', () => {
  const next = { ...first, part: { name: '.x.bbbbbbbbbbbb.part', bytes: 3, inode: 8 } };
  expect(parseCheckpoint(formatCheckpoint(next) + formatPage(page))).toEqual(next);
});

test.each([
  ['nothing', ''],
  ['another file', '{"a":1}\n'],
  ['a segment that there is not', formatCheckpoint(first) + formatPage({ ...page, segment: 2 })],
  ['fewer positions than segments', formatCheckpoint({ ...first, positions: [] })],
  [
    'a part elsewhere',
    formatCheckpoint({ ...first, part: { name: '../x.part', bytes: 1, inode: 1 } }),
  ],
])('%s is no checkpoint', (_, text) => {
  expect(() => parseCheckpoint(text)).toThrow(/^it /);
});
