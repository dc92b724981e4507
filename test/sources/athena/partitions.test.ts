import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../../src/model/time/instant.js';
import { partitionsOf } from '../../../src/sources/athena/partitions.js';

const NOW = parseInstant('2026-02-01T12:00:00Z')!;
const window = {
  since: parseInstant('2025-12-28T10:00:00Z')!,
  until: parseInstant('2026-01-03T00:00:00Z')!,
};

/** A table with these keys, and the properties of their projection where there are some. */
function of(keys: readonly string[], projection?: Record<string, string>) {
  const named = Object.entries(projection ?? {}).map(([name, value]) => [
    `projection.${name}`,
    value,
  ]);
  return partitionsOf(
    {
      Name: 'logs',
      PartitionKeys: keys.map((Name) => ({ Name, Type: 'string' })),
      Parameters: Object.fromEntries(named) as Record<string, string>,
    },
    window,
    NOW,
  );
}

const dates = (key: string, format: string, range: string): Record<string, string> => ({
  enabled: ' TRUE ',
  [`${key}.type`]: 'Date',
  [`${key}.format`]: format,
  [`${key}.range`]: range,
});

describe('the days of delivery are asked for', () => {
  test.each([
    ['timestamp', 'yyyy/MM/dd', "'2025/12/28'", "'2026/01/03'"],
    ['timestamp', 'yyyyMMdd', "'20251228'", "'20260103'"],
    ['dt', 'yyyy-MM-dd', "'2025-12-28'", "'2026-01-03'"],
    ['datehour', 'yyyy/MM/dd/HH', "'2025/12/28/00'", "'2026/01/03/23'"],
    ['day', "yyyy'/'MM'/'dd", "'2025/12/28'", "'2026/01/03'"],
  ])('of the projected key %s as %s', (key, format, first, last) => {
    const { delivered, isFullScan, missing } = of([key], dates(key, format, '2020/01/01,NOW'));
    expect(delivered.text).toBe(`"${key}" BETWEEN ? AND ?`);
    expect(delivered.parameters).toEqual([first, last]);
    expect([isFullScan, missing]).toEqual([false, []]);
  });

  test('of year, month and day, whatever their width', () => {
    const { delivered, isManual } = of(['region', 'year', 'month', 'day']);
    expect(delivered.text).toContain('CAST("year" AS integer) * 10000');
    expect(delivered.parameters).toEqual(['20251228', '20260103']);
    expect(isManual).toBe(true);
  });

  test('of a timestamp that is written by hand, by its digits', () => {
    const { delivered } = of(['timestamp']);
    expect(delivered.text).toContain('regexp_replace("timestamp"');
    expect(delivered.parameters).toEqual(["'20251228'", "'20260103'"]);
  });

  test.each([
    ['no key', [], undefined],
    ['a key of something else', ['account'], undefined],
    ['dates that do not sort', ['dt'], dates('dt', 'dd-MM-yyyy', '01-01-2020,NOW')],
  ] as const)('of all with %s', (_, keys, projection) => {
    const { delivered, isFullScan } = of(keys, projection);
    expect([delivered.text, delivered.parameters, isFullScan]).toEqual(['true', [], true]);
  });
});

describe('a range that does not reach over the window is missing something', () => {
  test.each([
    ['2020/01/01,NOW', false],
    ['2025/12/28,NOW', false],
    ['2025/12/29,NOW', true],
    ['2020/01/01,2026/01/03', false],
    ['2020/01/01,2026/01/02', true],
    ['NOW-35DAYS,NOW', false],
    ['NOW-34DAYS,NOW', true],
    ['NOW - 5 WEEKS , NOW', false],
    ['NOW-1MONTH,NOW', true],
    ['NOW-2MONTHS,NOW+1DAY', false],
    ['NOW-3YEARS,NOW-20DAYS', false],
    ['NOW-3YEARS,NOW-30DAYS', true],
    ['now-1year,now', false],
    ['sometime,NOW', true],
    ['', true],
  ])('%s: %s', (range, isMissing) => {
    const { missing } = of(['dt'], dates('dt', 'yyyy/MM/dd', range));
    expect(missing.length > 0).toBe(isMissing);
  });

  test('up to today: nothing is delivered tomorrow', () => {
    const until = parseInstant('2026-02-01T12:00:00Z')!;
    const table = {
      Name: 'logs',
      PartitionKeys: [{ Name: 'dt' }],
      Parameters: Object.fromEntries(
        Object.entries(dates('dt', 'yyyy/MM/dd', '2020/01/01,NOW')).map(([name, value]) => [
          `projection.${name}`,
          value,
        ]),
      ),
    };
    expect(partitionsOf(table, { ...window, until }, NOW).missing).toEqual([]);
  });

  test.each([
    [{ 'year.type': 'integer', 'year.range': '2025,2030' }, false],
    [{ 'year.type': 'integer', 'year.range': '2026,2030' }, true],
    [{ 'year.type': 'enum', 'year.values': '2025,2026' }, false],
    [{ 'year.type': 'enum', 'year.values': '2026' }, true],
  ])('of years: %j', (years, isMissing) => {
    const { missing } = of(['year', 'month', 'day'], { enabled: 'true', ...years });
    expect(missing.length > 0).toBe(isMissing);
  });
});

test.each([
  [{ 'month.type': 'integer', 'month.range': '1,12' }, false],
  [{ 'month.type': 'integer', 'month.range': '1,11' }, true],
  [{ 'month.type': 'enum', 'month.values': '01,12' }, false],
  [{ 'day.type': 'integer', 'day.range': '1,31' }, false],
  [{ 'day.type': 'integer', 'day.range': '4,31' }, true],
  [{ 'day.type': 'integer', 'day.range': '1,30' }, true],
])('months and days that a projection does not list are missing: %j', (parts, isMissing) => {
  const years = { 'year.type': 'integer', 'year.range': '2020,2030' };
  const { missing } = of(['year', 'month', 'day'], { enabled: 'true', ...years, ...parts });
  expect(missing.length > 0).toBe(isMissing);
});

test('the values that a projection lists are said, whatever their keys are called', () => {
  const { listed, injected } = of(['region_partition', 'account_partition', 'id', 'timestamp'], {
    ...dates('timestamp', 'yyyy/MM/dd', '2020/01/01,NOW'),
    'region_partition.type': 'enum',
    'region_partition.values': 'us-east-1, eu-west-1',
    'account_partition.type': 'enum',
    'account_partition.values': '111122223333',
    'id.type': 'injected',
  });
  expect(listed).toEqual([
    { key: 'region_partition', values: ['us-east-1', 'eu-west-1'] },
    { key: 'account_partition', values: ['111122223333'] },
  ]);
  expect(injected).toEqual(['id']);
  expect(of(['timestamp'])).toMatchObject({ listed: [], injected: [] });
});
