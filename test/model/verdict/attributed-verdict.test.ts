import { describe, expect, test } from 'vitest';
import type { Column } from '../../../src/model/columns/column.js';
import {
  ANOMALY_COLUMNS,
  type AttributedVerdict,
  EVENT_COLUMNS,
  FINDING_COLUMNS,
  VERDICT_COLUMNS,
  isFinding,
  reasonOf,
} from '../../../src/model/verdict/attributed-verdict.js';
import { roleEvent } from '../../support/records.js';

const FINDING: AttributedVerdict = {
  call: roleEvent(0),
  category: 'orphaned',
  match: undefined,
  anomalies: [],
  unverifiable: false,
  profiles: ['prod', 'dev'],
};
const TRACKED: AttributedVerdict = {
  ...FINDING,
  category: 'tracked',
  anomalies: ['user_mismatch', 'role_mismatch'],
};

const cellOf = (columns: readonly Column<AttributedVerdict>[], name: string, row = FINDING) =>
  columns.find((column) => column.name === name)?.of(row);

test('whatever is not tracked is a finding, and has a reason', () => {
  expect([isFinding(FINDING), isFinding(TRACKED)]).toEqual([true, false]);
  expect(reasonOf(FINDING)).toMatch(/session not found/);
  expect(reasonOf(TRACKED)).toBeUndefined();
});

describe('a column', () => {
  test('of profiles has all that have a claim, the surest first', () => {
    expect(cellOf(FINDING_COLUMNS, 'profile')).toBe('prod;dev');
    expect(cellOf(FINDING_COLUMNS, 'profile', { ...FINDING, profiles: [] })).toBeUndefined();
  });

  test('of anomalies has all of them, or nothing', () => {
    expect(cellOf(VERDICT_COLUMNS, 'anomaly', TRACKED)).toBe('user_mismatch,role_mismatch');
    expect(cellOf(VERDICT_COLUMNS, 'anomaly')).toBeUndefined();
  });

  test('of what cannot be verified is true or absent', () => {
    const unsure = { ...FINDING, unverifiable: true };
    expect(cellOf(FINDING_COLUMNS, 'unverifiable', unsure)).toBe(true);
    expect(cellOf(FINDING_COLUMNS, 'unverifiable')).toBeUndefined();
  });
});

test('verdicts have every column of events, of findings and of anomalies, each once', () => {
  const names = VERDICT_COLUMNS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const others = [...EVENT_COLUMNS, ...FINDING_COLUMNS, ...ANOMALY_COLUMNS];
  for (const { name } of others) expect(names).toContain(name);
});
