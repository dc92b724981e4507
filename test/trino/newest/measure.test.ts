import { afterAll, describe, expect, it } from 'vitest';
import {
  CURRENT,
  DATES,
  INJECTED,
  MANUAL,
  MONTHS,
  NUMBERS,
  ORGANIZATION,
  OURS,
  type TableShape,
} from '../../support/athena-tables.js';
import { type Athena, startAthena } from '../../support/athena.js';
import { cli } from '../../support/cli.js';
import type { TrailRecord } from '../../support/cloudtrail.js';
import { fileOf, roleRecord } from '../../support/trail.js';
import { type Stats, runTrino } from '../client.js';
import { execute } from '../engine.js';
import { type Place, createTable, folderOf } from './projected-table.js';

const url = process.env['NEWEST_TRINO_URL'];
const TRINO = { url, catalog: 'hive' };

/** Over the end of a year: its days are no rectangle of years, months and days. */
const WINDOW = ['--since', '2025-12-28', '--until', '2026-01-04'];
const WINDOW_DAYS = daysFrom('2025-12-28', 7);
/** One more: events may be delivered a day later. */
const DELIVERY_DAYS = daysFrom('2025-12-28', 8);
const ALL_DAYS = daysFrom('2025-11-20', 80);
/** Of each day, account and region. */
const [ROLE_CALLS, OTHER_CALLS] = [3, 20];
const [ACCOUNTS, REGIONS] = [['111122223333', '444455556666'] as const, ['us-east-1', 'eu-west-1']];
const SCOPE = ['--event-accounts', ACCOUNTS[0], '--event-regions', 'us-east-1'];

const changed = (
  shape: TableShape,
  partitionKeys: TableShape['partitionKeys'],
  parameters: TableShape['parameters'],
): TableShape => ({ ...shape, partitionKeys, parameters: { ...shape.parameters, ...parameters } });
const AREAS = changed(
  NUMBERS,
  { region: 'string', ...NUMBERS.partitionKeys },
  {
    'projection.year.range': '1976,2030',
    'projection.region.type': 'enum',
    'projection.region.values': [...REGIONS, ...numbered(15, 'r')].join(),
    'storage.location.template':
      's3://trail-bucket/AWSLogs/111122223333/CloudTrail/${region}/${year}/${month}/${day}',
  },
);
const SHAPES: Readonly<Record<string, readonly [shape: TableShape, args?: readonly string[]]>> = {
  current: [CURRENT],
  ours: [OURS],
  organization: [ORGANIZATION],
  organization_scope: [ORGANIZATION, SCOPE],
  injected: [INJECTED, SCOPE],
  months: [MONTHS],
  day_first: [
    changed(CURRENT, CURRENT.partitionKeys, {
      'projection.timestamp.format': 'dd-MM-yyyy',
      'projection.timestamp.range': '01-01-2020,NOW',
    }),
  ],
  projected_date: [changed(CURRENT, { timestamp: 'date' }, {})],
  manual: [MANUAL],
  dates: [DATES],
  dates_as_texts: [changed(DATES, { ...DATES.partitionKeys, dt: 'string' }, {})],
  numbers: [NUMBERS],
  numbers_as_texts: [changed(NUMBERS, { year: 'string', month: 'string', day: 'string' }, {})],
  big_347820: [AREAS],
  big_2086920: [
    changed(
      AREAS,
      { account: 'string', ...AREAS.partitionKeys },
      {
        'projection.account.type': 'enum',
        'projection.account.values': [...ACCOUNTS, ...numbered(4, '77778888')].join(),
        'storage.location.template':
          's3://trail-bucket/AWSLogs/${account}/CloudTrail/${region}/${year}/${month}/${day}',
      },
    ),
  ],
};

/** Each with the number of its queries, and how its output tells the number of role calls. */
const COMMANDS: readonly (readonly [
  args: string,
  queries: number,
  calls: (output: string) => number,
])[] = [
  ['untracked-sessions --json', 2, totalIn],
  ['session-compliance --json', 1, totalIn],
  ['export verdicts --format ndjson', 1, linesIn],
  ['export events --format ndjson', 1, linesIn],
];

const rows = ['table | bytes read | of partitions of | of | planning, ms | arithmetic alone, ms'];

describe('Trino', () => {
  afterAll(() => console.log(rows.join('\n')));

  it.each(Object.keys(SHAPES))('reads no more than the window of %s', async (name) => {
    const [shape, scope = []] = SHAPES[name]!;
    const files = placesOf(shape).map((place) => [place, recordsOf(place)] as const);
    const sizes = await createTable(name, shape, files, (sql) => runTrino(sql, 'audit', TRINO));
    const asked = placesOf(shape, scope.length > 0);
    const calls = asked.filter(({ day }) => WINDOW_DAYS.includes(day)).length * ROLE_CALLS;
    const delivered = asked.filter(({ day }) => DELIVERY_DAYS.includes(day));
    const folders = new Set(delivered.map((place) => folderOf(shape, place)));
    const bytes = sum([...folders].map((folder) => sizes.get(folder)!));
    const taken: Stats[] = [];
    const athena = await athenaOf(name, shape, taken);
    for (const [command, queries, callsIn] of COMMANDS) {
      const before = taken.length;
      const { stdout, stderr } = await cli([...argsOf(command, name), ...scope], {
        env: { AWS_ENDPOINT_URL: athena.url },
      });
      expect(stdout, stderr).not.toBe('');
      expect(callsIn(stdout)).toBe(calls);
      const read = taken.slice(before).map((stats) => stats.physicalInputBytes);
      expect(read).toEqual(Array(queries).fill(bytes));
    }
    const plain = await withoutLists(athena);
    athena.close();
    const { physicalInputBytes, planningTimeMillis } = taken[0]!;
    const whole = sum([...sizes.values()]);
    rows.push(
      [name, physicalInputBytes, bytes, whole, planningTimeMillis, plain?.planningTimeMillis].join(
        ' | ',
      ),
    );
  });
});

/** An Athena whose queries run on the Trino; what each took is added to a list. */
function athenaOf(name: string, shape: TableShape, taken: Stats[]): Promise<Athena> {
  return startAthena(
    { [`audit.${name}`]: { ...shape, folder: '' } },
    {
      workGroups: { primary: { output: 's3://results/' } },
      pollsUntilDone: 1,
      engine: async (sql, parameters) => {
        const outcome = await execute(sql, parameters, 'audit', TRINO);
        taken.push(outcome.stats);
        return outcome;
      },
    },
  );
}

function argsOf(command: string, table: string): string[] {
  const sessions = command.startsWith('export events')
    ? []
    : ['--sessions', fileOf('sessions.ndjson', '')];
  const from = ['--events', 'athena', '--athena-table', `audit.${table}`];
  return [...command.split(' '), ...WINDOW, ...from, ...sessions];
}

/** The first query again, without the lists of years, months and days; undefined where it has none. */
async function withoutLists({ queries: [first] }: Athena): Promise<Stats | undefined> {
  const sql = first!.sql.replaceAll(/"(?:year|month|day)" IN \([^)]*\) AND /g, '');
  if (sql === first!.sql) return undefined;
  return (await execute(sql, first!.parameters, 'audit', TRINO)).stats;
}

/** Of all accounts and regions that the shape has, or of the first alone. */
function placesOf({ partitionKeys }: TableShape, isFirst = false): readonly Place[] {
  const accounts = ACCOUNTS.slice(0, 'account' in partitionKeys && !isFirst ? 2 : 1);
  const regions = REGIONS.slice(0, 'region' in partitionKeys && !isFirst ? 2 : 1);
  return accounts.flatMap((account) =>
    regions.flatMap((region) => ALL_DAYS.map((day) => ({ account, region, day }))),
  );
}

/** The first call was made on the day before, and delivered late. */
function recordsOf({ account, region, day }: Place): TrailRecord[] {
  const [before = ''] = daysFrom(day, 1, -1);
  return Array.from({ length: ROLE_CALLS + OTHER_CALLS }, (_, n) => {
    const { requestParameters, responseElements, ...record } = roleRecord(n, {
      at: n === 0 ? `${before}T23:59:00Z` : `${day}T12:${String(n).padStart(2, '0')}:00Z`,
      more: {
        eventID: `${account}-${region}-${day}-${n}`,
        awsRegion: region,
        recipientAccountId: account,
        ...(n >= ROLE_CALLS && { eventSource: 's3.amazonaws.com', eventName: 'GetObject' }),
      },
    });
    return {
      ...record,
      requestParameters: JSON.stringify(requestParameters), // texts, as Athena's own SerDe has them
      responseElements: JSON.stringify(responseElements),
    };
  });
}

function totalIn(json: string): number {
  return (JSON.parse(json) as { readonly total_events: number }).total_events;
}

function linesIn(text: string): number {
  return text.trimEnd().split('\n').length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function daysFrom(day: string, count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) =>
    new Date(Date.parse(day) + (from + n) * 86_400_000).toISOString().slice(0, 10),
  );
}

function numbered(count: number, before: string): string[] {
  return Array.from({ length: count }, (_, n) => `${before}${1000 + n}`);
}
