import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AthenaClient } from '@aws-sdk/client-athena';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { parseInstant } from '../../../src/model/time/instant.js';
import { openAthenaCarrier } from '../../../src/sources/athena/athena-carrier.js';
import type { Carrier, GroupRow } from '../../../src/sources/carrier.js';
import { type Athena, startAthena } from '../../support/athena.js';
import { CURRENT, ICEBERG, MONTHS, type TableShape } from '../../support/athena-tables.js';
import { type TrailRecord, eventIdOf } from '../../support/cloudtrail.js';
import { temporaryFolder } from '../../support/contracts.js';
import { keptReading } from '../../support/records.js';
import { idOf } from '../../support/sessions.js';
import { roleRecord } from '../../support/trail.js';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

const FIRST = Date.UTC(2026, 0, 10);
const DAY = 86_400_000;
const WINDOW = {
  since: parseInstant('2026-01-10T06:00:00Z')!,
  until: parseInstant('2026-01-17T18:00:00Z')!,
};
const KINDS = { serviceCalls: false, failedCalls: false };

/** A record, and the day of its delivery counted from the first. */
interface Delivered {
  readonly record: TrailRecord;
  readonly day: number;
}

function writeDelivered(all: readonly Delivered[]): string {
  const folder = temporaryFolder();
  const root = join(folder, 'AWSLogs/111122223333/CloudTrail/us-east-1');
  for (const day of new Set(all.map((one) => one.day))) {
    const path = new Date(FIRST + day * DAY).toISOString().slice(0, 10).replaceAll('-', '/');
    mkdirSync(join(root, path), { recursive: true });
    const Records = all.filter((one) => one.day === day).map(({ record }) => record);
    writeFileSync(join(root, path, 'x.json'), JSON.stringify({ Records }));
  }
  return folder;
}

interface Opened {
  readonly carrier: Carrier;
  readonly athena: Athena;
  readonly rejects: () => string[];
}

async function opened(folder: string, shape: TableShape, mostCalls?: number): Promise<Opened> {
  const athena = await startAthena(
    { 'audit.logs': { ...shape, folder } },
    { pollsUntilDone: 1, workGroups: { primary: { output: 's3://results/' } } },
  );
  const client = new AthenaClient({
    endpoint: athena.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  closing.push(athena.close, () => client.destroy());
  const reading = keptReading();
  const options = { database: 'audit', table: 'logs', price: 5, mostCalls };
  const carrier = await openAthenaCarrier(
    client,
    { workgroup: undefined, output: undefined, catalog: undefined, ...options },
    { window: WINDOW, scope: {}, eventNames: ['AssumeRole'] },
    parseInstant('2026-02-01T00:00:00Z')!,
    { readObject: () => Readable.from([]), sizesBelow: () => async () => 0 },
    reading.context,
  );
  const rejects = () => reading.rejects.map(({ place, reason }) => `${place}: ${reason}`);
  return { carrier, athena, rejects };
}

/** The numbers of calls by all that is told of them but times and keys; and the keys of the groups. */
async function groupsIn({ carrier }: Opened): Promise<{ totals: object; keys: string[] }> {
  const totals = new Map<string, { calls: number; from: string; until: string }>();
  const keys: string[] = [];
  for await (const rows of carrier.groups!.all(KINDS)) {
    for (const row of rows) {
      const [name, calls, from, until] = told(row);
      if (row.kind === 'group') keys.push(row.group.group!);
      const known = totals.get(name);
      totals.set(name, {
        calls: calls + (known?.calls ?? 0),
        from: known && known.from < from ? known.from : from,
        until: known && known.until > until ? known.until : until,
      });
    }
  }
  expect(new Set(keys).size).toBe(keys.length);
  return { totals: Object.fromEntries([...totals].toSorted()), keys };
}

function told(row: GroupRow): [string, number, string, string] {
  if (row.kind === 'set_aside') {
    const { calls, from, until, ...rest } = row;
    return [JSON.stringify(rest), calls, from, until];
  }
  const { weight, eventTime, until = eventTime } = row.group;
  const alike = { ...row.group, weight: 0, eventTime: '', until: '', group: '', eventId: '' };
  return [JSON.stringify(alike), weight, eventTime, until];
}

async function callsIn(
  { carrier }: Opened,
  groups: Parameters<NonNullable<Carrier['groups']>['callsOf']>[0],
): Promise<string[]> {
  const calls: string[] = [];
  for await (const batch of carrier.groups!.callsOf(groups, KINDS)) {
    calls.push(...batch.map((call) => JSON.stringify(call)));
  }
  return calls;
}

const callsWith = (noTime: string | undefined) =>
  fc.array(
    fc.record({
      hour: fc.integer({ min: 0, max: 24 * 8 - 1 }),
      identity: fc.constantFrom(`sentinel-${idOf(1)}`, `sentinel-${idOf(2)}`),
      role: fc.constantFrom('Prod', 'Dev'),
      late: fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 7),
      again: fc.constantFrom(undefined, undefined, 0, 1, 2, 5),
      twin: fc.constantFrom(undefined, undefined, undefined, 0, 3),
      more: fc.constantFrom<TrailRecord[]>(
        {},
        {},
        {},
        { errorCode: 'AccessDenied' },
        { eventTime: noTime },
        { eventName: 'AssumeRoot' },
      ),
    }),
    { maxLength: 25 },
  );

type Made = ReturnType<typeof callsWith> extends fc.Arbitrary<(infer T)[]> ? T : never;

function deliveries({ hour, late, again, twin, more, ...call }: Made, n: number): Delivered[] {
  const at = new Date(FIRST + hour * 3_600_000).toISOString().replace('.000', '');
  const day = Math.floor(hour / 24);
  const shared = twin === undefined ? {} : { sharedEventID: `shared-${n}` };
  const record = roleRecord(n, { ...call, at, more: { ...shared, ...more } });
  const other = {
    ...record,
    eventID: eventIdOf(1000 + n),
    userIdentity: { type: 'AWSAccount', principalId: 'AROA:x', accountId: '444455556666' },
  };
  return [
    { record, day: day + late },
    ...(again === undefined ? [] : [{ record, day: day + again }]),
    ...(twin === undefined ? [] : [{ record: other, day: day + twin }]),
  ].filter((one) => one.day <= 8); // nothing of the window is read that came later
}

test.each([
  ['days', CURRENT, 'noon'],
  ['times', ICEBERG, undefined],
])('a window in slices by %s gives what it gives in one piece', async (_, shape, noTime) => {
  const anyway = { record: roleRecord(9999, { at: '2026-01-10T07:00:00Z' }), day: 0 };
  await fc.assert(
    fc.asyncProperty(
      callsWith(noTime),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat(), { maxLength: 2 }),
      async (made, most, picks) => {
        const folder = writeDelivered([...made.flatMap(deliveries), anyway]);
        const whole = await opened(folder, MONTHS);
        const sliced = await opened(folder, shape, most);
        const [inOne, inSlices] = [await groupsIn(whole), await groupsIn(sliced)];
        expect(inSlices.totals).toEqual(inOne.totals);
        expect(sliced.rejects().toSorted()).toEqual(whole.rejects().toSorted());
        const all = await callsIn(sliced, 'all');
        expect(all.toSorted()).toEqual((await callsIn(whole, 'all')).toSorted());
        // Each group gives its own calls, whatever others are asked for with it.
        const keys = [...new Set(picks.map((pick) => inSlices.keys[pick % inSlices.keys.length]!))];
        const span = { from: '2026-01-10T06:00:00Z', until: '2026-01-17T17:59:59Z' };
        const singly: string[] = [];
        for (const key of keys) singly.push(...(await callsIn(sliced, { keys: [key], ...span })));
        expect((await callsIn(sliced, { keys, ...span })).toSorted()).toEqual(singly.toSorted());
        closing.splice(0).forEach((close) => close());
      },
    ),
    { numRuns: Number(process.env['WORLDS'] ?? 5), endOnFailure: true },
  );
});
