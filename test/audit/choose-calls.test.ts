import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type ChosenCalls, chooseCalls } from '../../src/audit/choose-calls.js';
import type { RoleCall } from '../../src/model/role-call/role-call.js';
import { parseInstant } from '../../src/model/time/instant.js';
import { checkUntracked } from '../../src/options/check/audit-options.js';
import { readRequest } from '../../src/options/read/request.js';
import { run } from '../../src/run/run.js';
import { type TrailRecord, eventIdOf } from '../support/cloudtrail.js';
import { rowsOf } from '../support/contracts.js';
import { WINDOW, fileOf, roleRecord, writeTrail } from '../support/trail.js';

interface Chosen {
  /** The last digits of the event ids. */
  readonly ids: readonly number[];
  readonly apart: object;
  readonly notJudged: object;
  readonly contradictions: number;
  readonly coverage: ReturnType<ChosenCalls['coverage']>;
}

/** What is chosen of the records of a trail, or of a file, in the week of {@link WINDOW}. */
async function chosenOf(
  events: readonly TrailRecord[] | string,
  args: readonly string[] = [],
  kinds: 'every' | 'judged' = 'judged',
): Promise<Chosen> {
  const env = { HOME: '/nonexistent', AWS_CONFIG_FILE: '/dev/null' };
  const now = parseInstant('2026-02-01T00:00:00Z')!;
  const place = typeof events === 'string' ? events : writeTrail(events);
  const line = ['untracked-sessions', ...WINDOW, '--events', place, ...args];
  const request = await readRequest(line, env, '1.2.3', 80);
  if (request.kind !== 'command') throw new Error(`${line.join(' ')} is ${request.kind}`);
  const options = await checkUntracked(request.given, env, now);
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), Readable.from([])];
  const world = { env, stdin, stdout, stderr, signal: new AbortController().signal, now };
  const quiet = { quiet: true, verbose: false, progress: false, strict: false, rejects: undefined };
  let answer: Chosen | undefined;
  await run(quiet, world, async (here) => {
    const chosen = await chooseCalls(options, kinds, here);
    const calls = await rowsOf(chosen.calls());
    await chosen.dispose();
    answer = {
      ids: calls.map(numberOf).toSorted((a, b) => a - b),
      apart: Object.fromEntries(Object.entries(chosen.setAside()).filter(([, many]) => many)),
      notJudged: Object.fromEntries(chosen.notJudged()),
      contradictions: chosen.contradictions(),
      coverage: chosen.coverage(),
    };
    return { lines: [] };
  });
  return answer!;
}

function numberOf({ eventId }: RoleCall): number {
  for (let n = 0; ; n++) if (eventIdOf(n) === eventId) return n;
}

const SERVICE = { caller: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' } };
const FAILED = { more: { errorCode: 'AccessDenied' } };
const SAML = { more: { eventName: 'AssumeRoleWithSAML' } };
const BEFORE = { at: '2026-01-16T23:59:59Z' };

const RECORDS = [
  roleRecord(1),
  roleRecord(2, SERVICE),
  roleRecord(3, FAILED),
  roleRecord(4, SAML),
  roleRecord(5, BEFORE),
];

test('judged are calls by their name and kind; the others are counted apart', async () => {
  const { ids, apart, notJudged } = await chosenOf(RECORDS);
  expect(ids).toEqual([1]);
  expect(apart).toEqual({ service_calls: 1, failed_calls: 1, not_judged: 1, outside_window: 1 });
  expect(notJudged).toEqual({ AssumeRoleWithSAML: 1 });
});

test.each<[string, readonly string[], number[]]>([
  ['service calls', ['--include-service-calls'], [1, 2]],
  ['failed calls', ['--include-failed-calls'], [1, 3]],
  ['other names', ['--event-name', 'all'], [1, 4]],
])('%s are judged where they are asked for', async (_, args, judged) => {
  expect((await chosenOf(RECORDS, args)).ids).toEqual(judged);
});

test('of an export every kind of call is kept', async () => {
  const { ids, apart } = await chosenOf(RECORDS, [], 'every');
  expect(ids).toEqual([1, 2, 3]);
  expect(apart).toEqual({ not_judged: 1, outside_window: 1 });
});

test('each record is counted apart once: by its time, as a duplicate, by its name, by its kind', async () => {
  const all = { caller: SERVICE.caller, more: { ...SAML.more, ...FAILED.more } };
  const records = [
    roleRecord(1, { ...all, ...BEFORE }),
    roleRecord(2, all),
    roleRecord(2, all),
    roleRecord(3, { ...SERVICE, ...FAILED }),
  ];
  expect((await chosenOf(records)).apart).toEqual({
    outside_window: 1,
    duplicates: 1,
    not_judged: 1,
    service_calls: 1,
  });
});

test('the halves of a call between accounts are one call, records that differ are two', async () => {
  const half = { more: { sharedEventID: 'shared' } };
  const contradiction = [roleRecord(3), roleRecord(3, { role: 'Other' })];
  const records = [roleRecord(1, half), roleRecord(2, half), ...contradiction];
  const { ids, apart, contradictions } = await chosenOf(records);
  expect(ids).toEqual([1, 3, 3]);
  expect([apart, contradictions]).toEqual([{ duplicates: 1 }, 1]);
});

test('read is the reach of all calls with the names that are judged, whatever their kind', async () => {
  const records = [
    roleRecord(1, { at: '2026-01-19T00:00:00Z', more: { awsRegion: 'eu-west-1' } }),
    roleRecord(2, { ...SERVICE, at: '2026-01-20T00:00:00Z' }),
    roleRecord(3, { more: { ...SAML.more, awsRegion: 'eu-west-3' }, at: '2026-01-22T00:00:00Z' }),
    roleRecord(4, BEFORE),
  ];
  expect((await chosenOf(records)).coverage).toMatchObject({
    regions: ['eu-west-1', 'us-east-1'],
    firstDay: '2026-01-19',
    lastDay: '2026-01-20',
    files: 4,
  });
});

test.each<[string, readonly string[], number[]]>([
  ['an account', ['--event-accounts', '222233334444'], [2, 4]],
  ['a region', ['--event-regions', 'eu-west-1'], [3, 4]],
  ['both', ['--event-accounts', '222233334444', '--event-regions', 'eu-west-1'], [4]],
])('of records that lie in one file, those of %s are chosen', async (_, args, chosen) => {
  const [account, region] = [{ recipientAccountId: '222233334444' }, { awsRegion: 'eu-west-1' }];
  const records = [
    roleRecord(1),
    roleRecord(2, { more: account }),
    roleRecord(3, { more: region }),
    roleRecord(4, { more: { ...account, ...region } }),
  ];
  const name = fileOf('events.json', JSON.stringify({ Records: records }));
  expect((await chosenOf(name, args)).ids).toEqual(chosen);
});

test('a record that does not say its account and its region is chosen with any', async () => {
  const bare = { more: { recipientAccountId: undefined, awsRegion: undefined } };
  const name = fileOf('events.json', JSON.stringify({ Records: [roleRecord(1, bare)] }));
  const args = ['--event-accounts', '222233334444', '--event-regions', 'eu-west-1'];
  expect((await chosenOf(name, args)).ids).toEqual([1]);
});
