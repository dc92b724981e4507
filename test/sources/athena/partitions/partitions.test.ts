import { describe, expect, test } from 'vitest';
import { type Instant, parseInstant } from '../../../../src/model/time/instant.js';
import type { Scope } from '../../../../src/sources/athena/partitions/scope-condition.js';
import { bytesToScan } from '../../../../src/sources/athena/partitions/bytes-to-scan.js';
import { partitionsOf } from '../../../../src/sources/athena/partitions/partitions.js';

const NOW = parseInstant('2026-02-01T12:00:00Z')!;
const window = {
  since: parseInstant('2025-12-28T10:00:00Z')!,
  until: parseInstant('2026-01-03T00:00:00Z')!,
};

interface Options {
  readonly scope?: Scope;
  readonly dayKey?: string;
  readonly type?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly since?: Instant;
}

/** A table with these keys, and the properties of their projection where there are some. */
function of(
  keys: readonly string[],
  projection?: Record<string, string>,
  { scope = {}, dayKey, type = 'string', parameters = {}, since = window.since }: Options = {},
) {
  const named = Object.entries(projection ?? {}).map(([name, value]) => [
    `projection.${name}`,
    value,
  ]);
  return partitionsOf(
    {
      Name: 'logs',
      PartitionKeys: keys.map((Name) => ({ Name, Type: type })),
      Columns: [{ Name: 'loaded_on', Type: 'date' }],
      Parameters: { ...(Object.fromEntries(named) as Record<string, string>), ...parameters },
    },
    { window: { ...window, since }, scope, dayKey, columns: COLUMNS },
    NOW,
  );
}

const COLUMNS = { account: 'recipientaccountid', region: 'awsregion' };

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

  test.each([
    ['dd-MM-yyyy', ["'28-12-2025'", "'29-12-2025'", "'03-01-2026'"], 7],
    ['MM/dd/yyyy', ["'12/28/2025'", "'01/03/2026'"], 7],
    ['MM-yyyy', ["'12-2025'", "'01-2026'"], 2],
    ['yyyy/M/d', ["'2025/12/28'", "'2026/1/3'"], 7],
    ['dd-MMM-yyyy', ["'28-Dec-2025'", "'03-Jan-2026'"], 7],
    ['yyyy-MM-dd-H', ["'2025-12-28-0'", "'2026-01-03-23'"], 168],
  ])('of dates as %s, which do not sort, one by one', (format, some, many) => {
    const { delivered, isFullScan } = of(['dt'], dates('dt', format, 'NOW-1YEAR,NOW'));
    const values = /^"dt" IN \((.*)\)$/.exec(delivered.text)![1]!.split(', ');
    expect(values).toEqual(expect.arrayContaining(some));
    expect([values.length, isFullScan]).toEqual([many, false]);
  });

  test.each([
    ['ddMMyyyy', 'concat(substr("dt", 5, 4), substr("dt", 3, 2), substr("dt", 1, 2))', '20140101'],
    [
      "'d='dd-MM-yyyy-HH",
      'concat(substr("dt", 9, 4), substr("dt", 6, 2), substr("dt", 3, 2), substr("dt", 14, 2))',
      '2014010100',
    ],
  ])('of so many dates as %s that they cannot be listed, by their parts', (format, text, first) => {
    const since = parseInstant('2014-01-01T00:00:00Z')!;
    const { delivered, isFullScan } = of(['dt'], dates('dt', format, 'NOW-20YEARS,NOW'), { since });
    expect([delivered.text, isFullScan]).toEqual([`${text} BETWEEN ? AND ?`, false]);
    expect(delivered.parameters[0]).toBe(`'${first}'`);
  });

  test('of none where so many are of different lengths, or their form is not known', () => {
    const since = parseInstant('2014-01-01T00:00:00Z')!;
    const many = of(['dt'], dates('dt', 'd/M/yyyy', '1/1/2014,NOW'), { since });
    const unknown = of(['dt'], dates('dt', 'yyyyDDD', '2014001,NOW'));
    expect([many.isFullScan, unknown.isFullScan]).toEqual([true, true]);
  });

  test.each([
    ['string', `"dt" IN ('20251228', '20251229', `],
    ['int', '"dt" IN (20251228, 20251229, '],
  ])('of a %s that is projected as a number, one by one', (type, text) => {
    const projection = { enabled: 'true', 'dt.type': 'integer', 'dt.range': '20200101,20301231' };
    const { delivered } = of(['dt'], projection, { type });
    expect(delivered.text).toContain(text);
    expect(delivered.text.split(', ').length).toBe(7);
  });

  test('of a key of times', () => {
    const { delivered } = of(['dt'], dates('dt', 'yyyy-MM-dd', '2020-01-01,NOW'), {
      type: 'timestamp',
    });
    expect(delivered.text).toBe(`"dt" >= timestamp '2025-12-28' AND "dt" < timestamp '2026-01-04'`);
  });

  test.each([
    ['yyyy/MM', "'2025/12'", "'2026/01'"],
    ['yyyy', "'2025'", "'2026'"],
  ])('of months and years as %s', (format, first, last) => {
    const { delivered, missing } = of(
      ['dt'],
      dates('dt', format, `${format === 'yyyy' ? '2020' : '2020/01'},NOW`),
    );
    expect([delivered.text, delivered.parameters]).toEqual(['"dt" BETWEEN ? AND ?', [first, last]]);
    expect(missing).toEqual([]);
  });

  test('of year, month and day: each by itself, and all together', () => {
    const { delivered, isManual } = of(['region', 'year', 'month', 'day']);
    expect(delivered.text).toBe(
      `"year" IN ('2025', '2026') AND "month" IN ('12', '1', '01') AND "day" IN ('28', '29', '30', '31', '1', '01', '2', '02', '3', '03') AND try_cast("year" AS integer) * 10000 + try_cast("month" AS integer) * 100 + try_cast("day" AS integer) BETWEEN ? AND ?`,
    );
    expect(delivered.parameters).toEqual(['20251228', '20260103']);
    expect(isManual).toBe(true);
    const numbers = of(['year', 'month', 'day'], undefined, { type: 'int' }).delivered.text;
    expect(numbers).toContain('"year" IN (2025, 2026) AND "month" IN (12, 1) AND');
  });

  test.each(['timestamp', 'day', 'date', 'dt', 'eventday', 'event_date', 'ingest_date'])(
    'of a key %s that is written by hand, by its digits, and of values that are no dates',
    (key) => {
      const { delivered } = of(['account', key]);
      expect(delivered.text).toBe(
        `(NOT regexp_like("${key}", '^[0-9]{4}[^0-9]*[0-9]{2}[^0-9]*[0-9]{2}') OR substr(regexp_replace("${key}", '[^0-9]', ''), 1, 8) BETWEEN ? AND ?)`,
      );
      expect(delivered.parameters).toEqual(["'20251228'", "'20260103'"]);
    },
  );

  test('of a key of the type date or of numbers', () => {
    const range = `BETWEEN date '2025-12-28' AND date '2026-01-03'`;
    expect(of(['dt'], undefined, { type: 'date' }).delivered.text).toBe(`"dt" ${range}`);
    const projected = dates('dt', 'yyyy-MM-dd', '2020-01-01,NOW');
    expect(of(['dt'], projected, { type: 'date' }).delivered.text).toBe(`"dt" ${range}`);
    expect(of(['dt'], undefined, { type: 'bigint' }).delivered.parameters).toEqual([
      '20251228',
      '20260103',
    ]);
  });

  test('of the key, or of the column, that is named', () => {
    const { delivered } = of(['arrived', 'dt'], undefined, { dayKey: 'Arrived' });
    expect(delivered.text).toContain('regexp_like("arrived"');
    const column = of([], undefined, { dayKey: 'loaded_on' });
    expect([column.delivered.text, column.isFullScan]).toEqual([
      `"loaded_on" BETWEEN date '2025-12-28' AND date '2026-01-03'`,
      false,
    ]);
    expect(() => of([], undefined, { dayKey: 'nothing' })).toThrow('no column "nothing"');
  });

  test('of keys of year, month and day that a crawler named', () => {
    const dayKey = 'partition_0, partition_1,partition_2';
    const { delivered } = of(['partition_0', 'partition_1', 'partition_2'], undefined, { dayKey });
    expect(delivered.text).toContain(`"partition_0" IN ('2025', '2026') AND "partition_1" IN (`);
    expect(delivered.text).toContain('try_cast("partition_1" AS integer) * 100 + try_cast(');
  });

  test('of years and months alone, and of a date beside them', () => {
    const { delivered, isDaily } = of(['year', 'month']);
    expect(delivered.text).toBe(
      `"year" IN ('2025', '2026') AND "month" IN ('12', '1', '01') AND try_cast("year" AS integer) * 100 + try_cast("month" AS integer) BETWEEN ? AND ?`,
    );
    expect([delivered.parameters, isDaily]).toEqual([['202512', '202601'], false]);
    const both = of(['year', 'month', 'date']);
    expect(both.delivered.text).toMatch(/BETWEEN \? AND \? AND \(NOT regexp_like\("date"/);
    expect(both.isDaily).toBe(false);
    expect(of(['year', 'month', 'day']).isDaily).toBe(true);
  });

  test.each([
    ['no key', [], undefined],
    ['a key of something else', ['account'], undefined],
    ['dates in words', ['when'], dates('when', 'd MMMM yyyy', '1 January 2020,NOW')],
  ] as const)('of all with %s', (_, keys, projection) => {
    const { delivered, isFullScan } = of(keys, projection);
    expect([delivered.text, delivered.parameters, isFullScan]).toEqual(['true', [], true]);
  });
});

describe('accounts and regions are asked for', () => {
  const scope = { accounts: ['111122223333'], regions: ['us-east-1', 'eu-west-1'] };
  const byDay = dates('timestamp', 'yyyy/MM/dd', '2020/01/01,NOW');

  test.each(['account', 'accountid', 'account_id', 'aws_account_id', 'recipientaccountid'])(
    'by the partition key %s',
    (key) => {
      const { delivered } = of([key, 'region', 'timestamp'], byDay, { scope });
      expect(delivered.text).toBe(
        `"timestamp" BETWEEN ? AND ? AND "${key}" IN ('111122223333') AND "region" IN ('us-east-1', 'eu-west-1')`,
      );
    },
  );

  test('by the columns of a record where there is no key', () => {
    expect(of(['timestamp'], byDay, { scope }).delivered.text).toBe(
      `"timestamp" BETWEEN ? AND ? AND recipientaccountid IN ('111122223333') AND awsregion IN ('us-east-1', 'eu-west-1')`,
    );
  });

  test('with which a projection of the type injected can be read', () => {
    const keys = ['account', 'region', 'other', 'timestamp'];
    const projection = {
      ...byDay,
      'account.type': 'injected',
      'region.type': 'injected',
      'other.type': 'injected',
    };
    expect(of(keys, projection).injected).toEqual(['account', 'region', 'other']);
    expect(of(keys, projection, { scope }).injected).toEqual(['other']);
  });

  test('which makes fewer partitions', () => {
    const keys = ['account', 'region', 'timestamp'];
    const projection = {
      ...byDay,
      'account.type': 'enum',
      'account.values': '111122223333,444455556666',
      'region.type': 'enum',
      'region.values': 'us-east-1,eu-west-1,ap-south-1',
    };
    expect(of(keys, projection).list?.count).toBe(7 * 2 * 3);
    expect(of(keys, projection, { scope }).list?.count).toBe(7 * 1 * 2);
    expect(of(keys).list).toBeUndefined();
    expect(of(keys, projection, { scope }).listed).toEqual([]);
  });
});

describe('the places of partitions', () => {
  const places = (keys: readonly string[], projection: Record<string, string>, parameters = {}) => {
    const { list } = of(keys, projection, { parameters });
    return list && Array.from({ length: list.count }, (_, n) => list.place(n));
  };
  const regions = { 'region.type': 'enum', 'region.values': 'us-east-1,eu-west-1' };
  const byDay = dates('timestamp', 'yyyy/MM/dd', '2020/01/01,NOW');

  test('are those of the template, each once', () => {
    const all = places(
      ['region', 'timestamp'],
      { ...byDay, ...regions },
      { 'storage.location.template': 's3://b/${region}/${timestamp}' },
    )!;
    expect(all.length).toBe(14);
    expect(new Set(all).size).toBe(14);
    expect(all).toContain('s3://b/eu-west-1/2026/01/02/');
  });

  test('are folders of Hive without one', () => {
    const all = places(
      ['region', 'timestamp'],
      { ...byDay, ...regions },
      { location: 's3://b/c' },
    )!;
    expect(all[0]).toMatch(/^s3:\/\/b\/c\/region=us-east-1\/timestamp=\d{4}\/\d\d\/\d\d\/$/);
  });

  test('have days in three parts, with the digits of the projection', () => {
    const parts = { enabled: 'true', 'year.type': 'integer', 'month.type': 'integer' };
    const projection = { ...parts, 'month.digits': '2', 'day.type': 'integer' };
    const template = { 'storage.location.template': 's3://b/${year}-${month}-${day}/' };
    const all = places(['year', 'month', 'day'], projection, template)!;
    expect(all).toContain('s3://b/2026-01-2/');
    expect(all.length).toBe(7);
  });

  test('are not known where a key has values that nobody lists', () => {
    const other = { ...byDay, 'x.type': 'integer', 'x.range': '1,9' };
    expect(places(['x', 'timestamp'], other)).toBeUndefined();
  });
});

test.each([
  [8, 40],
  [4000, 40],
])('of %i partitions at most %i are listed, spread evenly', async (number, most) => {
  const asked: string[] = [];
  const found = await bytesToScan({ count: number, place: String }, async (place) => {
    asked.push(place);
    return 10;
  });
  expect(found).toEqual({ bytes: number * 10, listed: Math.min(number, most) });
  expect(asked.slice(0, 2)).toEqual(number > most ? ['0', '100'] : ['0', '1']);
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
    expect(
      partitionsOf(table, { window: { ...window, until }, scope: {}, columns: COLUMNS }, NOW)
        .missing,
    ).toEqual([]);
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

test('what does not reach over the window, and what cannot be told, are two texts', () => {
  const textOf = (range: string): string =>
    of(['dt'], dates('dt', 'yyyy/MM/dd', range)).missing.join();
  expect(textOf('2026/01/01,NOW')).toBe(
    'the partitions dt are 2026/01/01,NOW, which does not reach over the window',
  );
  expect(textOf('sometime,NOW')).toBe(
    'the partitions dt are sometime,NOW: it cannot be told whether that reaches over the window',
  );
});

test('a range is read as its dates are written', () => {
  const gaps = (range: string): number =>
    of(['dt'], dates('dt', 'dd-MM-yyyy', range)).missing.length;
  expect(['28-12-2025,NOW', '29-12-2025,NOW', '01-01-2020,02-01-2026'].map(gaps)).toEqual([
    0, 1, 1,
  ]);
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
