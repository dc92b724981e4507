import { Counters, type ReadContext } from '../../src/pipeline/read-context.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceError } from '../../src/errors.js';
import type { SessionFinder, LookupKey } from '../../src/model/session/session-lookup.js';
import { identityReader } from '../../src/model/role-call/source-identity.js';
import type { JudgeRules } from '../../src/model/verdict/verdict.js';
import { fromCompleteRead } from '../../src/sources/finder/by-complete-read.js';
import { type Judge, judgeEach, judgeGroups } from '../../src/transforms/judge.js';
import { Watched, batchesOf, cut, rowsOf, transformContract } from '../support/contracts.js';
import { eventOf, session } from '../support/records.js';
import { idOf } from '../support/sessions.js';

const judging: JudgeRules = {
  readIdentity: identityReader(),
  isBroker: undefined,
  isOtherRole: () => false,
};
const sessions = [0, 1, 2].map((n) => session(n));

function finderOver(asked: (readonly LookupKey[])[] = [], rows = sessions): SessionFinder {
  const context: ReadContext = {
    meter: new Counters(),
    reject: () => {},
    note: () => {},
    detail: () => {},
    signal: new AbortController().signal,
  };
  const finder = fromCompleteRead(async function* () {
    yield rows;
  }, context);
  return {
    ...finder,
    find: (sought) => {
      asked.push(sought);
      return finder.find(sought);
    },
  };
}

const judgeOver = (finder: SessionFinder): Judge => ({
  finder,
  covers: () => true,
  rules: judging,
});

const identities = fc.constantFrom(
  undefined,
  'alice',
  `sentinel-${idOf(0)}`,
  `sentinel-${idOf(1)}`,
  `sentinel-${idOf(99)}`,
  'sentinel:alice:direct:0a1b2c3d',
);
const tags = fc.constantFrom(undefined, undefined, idOf(2), 'no id');
const events = fc.array(
  fc.tuple(identities, tags, fc.nat(99)).map(([identity, tag, n]) => eventOf(n, identity, tag)),
);

transformContract('judgeEach', () => judgeEach(judgeOver(finderOver())), events);

test('judgeEach gives each event its category, in the order of the events', async () => {
  const source = new Watched([
    [eventOf(0, undefined), eventOf(1, `sentinel-${idOf(1)}`)],
    [eventOf(2, 'alice'), eventOf(3, `sentinel-${idOf(99)}`)],
    [eventOf(4, undefined, idOf(2))],
  ]);
  const verdicts = await rowsOf(judgeEach(judgeOver(finderOver()))(source));
  expect(
    verdicts.map(({ call, category, match }) => [
      call.sourceIdentity,
      category,
      match?.matchedBy,
      match?.session.id,
    ]),
  ).toEqual([
    [undefined, 'no_source_identity', undefined, undefined],
    [`sentinel-${idOf(1)}`, 'tracked', 'session_id', idOf(1)],
    ['alice', 'non_sentinel_format', undefined, undefined],
    [`sentinel-${idOf(99)}`, 'orphaned', undefined, undefined],
    [undefined, 'tracked', 'tag', idOf(2)],
  ]);
});

test('judgeEach asks one question a batch, with an answer for each of its events', async () => {
  const asked: (readonly LookupKey[])[] = [];
  const rows = Array.from({ length: 60 }, (_, n) => eventOf(n, `sentinel-${idOf(n % 5)}`));
  await batchesOf(judgeEach(judgeOver(finderOver(asked)))(new Watched(cut(rows, [20]))));
  expect(asked.map(({ length }) => length)).toEqual([20, 20, 20]);
});

test('judgeEach judges nothing when the finder could not ask, and closes its source', async () => {
  const failure = new SourceError('no answer');
  const finder: SessionFinder = {
    find: () => Promise.reject(failure),
    readAll: async () => {},
    coverage: () => undefined,
  };
  const source = new Watched([[eventOf(0, 'a')], [eventOf(1, 'b')]]);
  await expect(batchesOf(judgeEach(judgeOver(finder))(source))).rejects.toBe(failure);
  expect(source).toMatchObject({ pulled: 1, closed: true });
});

test('judgeGroups judges a group at its first time and at its last', async () => {
  const group = { ...eventOf(0, `sentinel-${idOf(1)}`), weight: 7, until: '2026-01-20T23:00:00Z' };
  const [judged] = await rowsOf(judgeGroups(judgeOver(finderOver()))(new Watched([[group]])));
  expect(judged?.first).toMatchObject({ category: 'tracked', anomalies: [], call: { weight: 7 } });
  expect(judged?.last.call.eventTime).toBe('2026-01-20T23:00:00Z');
  expect(judged?.last.anomalies).toContain('outside_session');
});

test('judgeGroups asks for the session that was on at each end of a group', async () => {
  const identity = { source_identity: 'sentinel:alice:direct:0a1b2c3d' };
  const turns = [session(0, identity), session(60, identity)]; // an hour apart
  const group = {
    ...eventOf(0, identity.source_identity),
    eventTime: '2026-01-17T00:05:00Z',
    until: '2026-01-17T01:05:00Z',
  };
  const source = new Watched([[group, eventOf(1, `sentinel-${idOf(60)}`)]]);
  const judged = await rowsOf(judgeGroups(judgeOver(finderOver([], turns)))(source));
  expect(
    judged.map(({ first, last }) => [first.match?.session.id, last.match?.session.id]),
  ).toEqual([
    [idOf(0), idOf(60)],
    [idOf(60), idOf(60)],
  ]);
});
