import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionMatch, LookupKey } from '../../../src/model/session/session-lookup.js';
import type { Session } from '../../../src/model/session/session.js';
import { compareInstants, formatSeconds, parseInstant } from '../../../src/model/time/instant.js';
import { SessionIndex } from '../../../src/sources/finder/session-index.js';
import { session } from '../../support/records.js';
import { idOf } from '../../support/sessions.js';

const START = Date.UTC(2026, 0, 17) / 1000;
const at = (seconds: number): string => formatSeconds({ seconds: START + seconds, nanos: 0 });
const parts = fc.constantFrom('Z', '.000000001Z', '.5Z', '.999999999Z');
const secondsOf = (time: string | undefined): number => parseInstant(time!)!.seconds;

/** Those of a pair have the same FNV-1a hash; others begin as another one does. */
const identities = fc.constantFrom(
  'costarring',
  'liquid',
  'declinate',
  'macallums',
  'sentinel-',
  'sentinel-0',
  'sentinel-00',
  `sentinel-${idOf(0)}`,
  `sentinel-${idOf(1)}`,
  'sentinel-ffffffffffffffff',
  'é',
  'e\u0301',
);
/** Some of them differ in one half alone. */
const ids = fc.constantFrom(
  '0000000000000000',
  '0000000000000001',
  '0000000100000000',
  'ffffffff00000000',
  '00000000ffffffff',
  'ffffffffffffffff',
  idOf(0),
  idOf(1),
);
const someSession = fc
  .record({
    id: ids,
    source_identity: fc.option(identities, { nil: '' }),
    from: fc.nat(20),
    length: fc.nat(5),
    part: parts,
    otherPart: parts,
    user: fc.constantFrom('alice', 'bob', ''),
    profile: fc.constantFrom('prod', 'dev'),
    status: fc.constantFrom('active', 'revoked', 'expired'),
    updated_at: fc.constantFrom(
      undefined,
      at(5),
      at(5).replace('Z', '.000000001Z'),
      at(5).replace('Z', '.000000002Z'),
      at(5).replace('Z', '.75Z'),
      at(3605).replace('Z', '.000000003+01:00'),
      at(6),
    ),
  })
  .map(({ from, length, part, otherPart, ...row }) =>
    session(0, {
      ...row,
      started_at: at(from).replace('Z', part),
      created_at: at(from),
      expires_at: at(from + length).replace('Z', otherPart),
    }),
  );
const someSought: fc.Arbitrary<LookupKey> = fc.record({
  tag: fc.option(fc.oneof(ids, fc.constantFrom('no id', idOf(0).toUpperCase())), {
    nil: undefined,
  }),
  sourceIdentity: fc.option(identities, { nil: undefined }),
  sessionId: fc.option(ids, { nil: undefined }),
  at: fc.nat(27).map((seconds) => START + seconds),
});

test('it finds what looking through the newest row of each session finds, in the order of the ways', () => {
  const property = fc.property(fc.array(someSession), fc.array(someSought), (rows, questions) => {
    const index = new SessionIndex();
    const seen = new Set<string>();
    for (const row of rows) {
      expect(index.add(row)).toBe(!seen.has(row.id));
      seen.add(row.id);
      if (questions[0] !== undefined) index.find(questions[0]); // what it remembers must not grow old
    }
    const all = newestOf(rows);
    for (const sought of questions) {
      const possible = matchesAmong(all, sought);
      const found = index.find(sought);
      if (possible.length === 0) expect(found).toBeUndefined();
      else expect(possible).toContainEqual(found);
    }
    expect(index.size).toBe(all.length);
    const lives = rows.map((one) => exactly(one.expiresAt) - secondsOf(one.createdAt));
    expect(index.coverage).toEqual({
      shortestLife: rows.length === 0 ? undefined : Math.min(...lives),
      profiles: new Set(all.map(({ profile }) => profile)),
    });
  });
  fc.assert(property, { numRuns: 1000 });
});

/** Of the rows of each session the newest; of equals the last; one without a time is older than any. */
function newestOf(rows: readonly Session[]): Session[] {
  const newest = new Map<string, Session>();
  for (const row of rows) {
    const other = newest.get(row.id);
    if (other === undefined || !isNewer(other, row)) newest.set(row.id, row);
  }
  return [...newest.values()];
}

function isNewer(a: Session, b: Session): boolean {
  if (a.updatedAt === undefined) return false;
  return (
    b.updatedAt === undefined ||
    compareInstants(parseInstant(a.updatedAt)!, parseInstant(b.updatedAt)!) > 0
  );
}

/** Every answer that is right: of several sessions with one identity, any that was on, else any. */
function matchesAmong(all: readonly Session[], sought: LookupKey): SessionMatch[] {
  const { tag, sourceIdentity, sessionId } = sought;
  const tagged = all.filter(({ id }) => id === tag);
  if (tagged.length > 0) return tagged.map((one) => matchOf(one, 'tag'));
  const identical = all.filter(
    (one) => sourceIdentity !== undefined && one.sourceIdentity === sourceIdentity,
  );
  const on = identical.filter(
    ({ startedAt, expiresAt }) =>
      secondsOf(startedAt) <= sought.at && sought.at <= secondsOf(expiresAt),
  );
  if (identical.length > 0) {
    const contested = identical.length > 1 ? { sharesIdentity: true } : {};
    return (on.length > 0 ? on : identical).map((one) => ({
      ...matchOf(one, 'source_identity'),
      ...contested,
    }));
  }
  return all.filter(({ id }) => id === sessionId).map((one) => matchOf(one, 'session_id'));
}

function matchOf(one: Session, matchedBy: SessionMatch['matchedBy']): SessionMatch {
  const { id, user, profile, status } = one;
  return {
    matchedBy,
    session: {
      id,
      user,
      profile,
      status,
      startedAt: roundedUp(one.startedAt),
      expiresAt: secondsOf(one.expiresAt),
      updatedAt: one.updatedAt === undefined ? undefined : secondsOf(one.updatedAt),
    },
  };
}

test('its whole seconds say of a call what the times of its session would', () => {
  const property = fc.property(someSession, fc.nat(27), (row, moment) => {
    const { session: found } = indexOf([row]).find({ ...nothing, tag: row.id })!;
    const second = START + moment;
    const after = (time: string | undefined): number =>
      compareInstants({ seconds: second, nanos: 0 }, parseInstant(time!)!);
    expect(second < found.startedAt!).toBe(after(row.startedAt) < 0);
    expect(second > found.expiresAt!).toBe(after(row.expiresAt) > 0);
    if (row.updatedAt !== undefined) {
      expect(second > found.updatedAt!).toBe(after(row.updatedAt) > 0);
    }
  });
  fc.assert(property, { numRuns: 1000 });
});

function roundedUp(time: string | undefined): number {
  const { seconds, nanos } = parseInstant(time!)!;
  return nanos === 0 ? seconds : seconds + 1;
}

function exactly(time: string | undefined): number {
  const { seconds, nanos } = parseInstant(time!)!;
  return seconds + nanos / 1e9;
}

test('of many sessions with one identity it finds the one that was on and began last', () => {
  const someTimes = fc.array(fc.tuple(fc.nat(60), fc.nat(30)), { minLength: 9, maxLength: 70 });
  const property = fc.property(someTimes, fc.array(fc.nat(100)), (times, moments) => {
    const all = times.map(([from, length], n) =>
      session(n, {
        source_identity: 'shared',
        started_at: at(from),
        expires_at: at(from + length),
      }),
    );
    const index = indexOf(all);
    for (const second of moments) {
      const on = times.filter(([from, length]) => from <= second && second <= from + length);
      const last = Math.max(...on.map(([from]) => from));
      const found = index.find({ ...nothing, sourceIdentity: 'shared', at: START + second });
      expect(found?.sharesIdentity).toBe(true);
      if (on.length > 0) expect(found?.session.startedAt).toBe(START + last);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('it grows, and finds every session by id and by identity', () => {
  const count = 10_000;
  const index = indexOf(numbered(count));
  for (let n = 0; n < count; n++) {
    const byIdentity = index.find({ ...nothing, sourceIdentity: `sentinel:u${n}:x` });
    const byTag = index.find({ ...nothing, tag: idOf(n) });
    if (byIdentity?.session.id !== idOf(n)) expect.fail(`identity ${n} was lost`);
    if (byTag?.session.id !== idOf(n)) expect.fail(`session ${n} was lost`);
  }
  expect(index.find({ ...nothing, tag: idOf(count), sourceIdentity: 'sentinel:u1:' })).toBe(
    undefined,
  );
});

test('what a file does not say of a session is undefined', () => {
  const bare = Object.fromEntries(
    Object.keys(session(0)).map((name) => [name, undefined]),
  ) as unknown as Session;
  const index = indexOf([{ ...bare, id: idOf(7), sourceIdentity: 'x' }]);
  expect(index.find({ ...nothing, sourceIdentity: 'x' })?.session).toEqual({ id: idOf(7) });
  expect(index.coverage).toEqual({ shortestLife: undefined, profiles: new Set() });
});

test('of two sessions with one identity the one is meant that began within the second of the call', () => {
  // CloudTrail cuts the fraction of its times off: this call was after the second session began.
  const source_identity = 'sentinel:alice:direct:0a1b2c3d';
  const [early, late] = [
    { started_at: at(0), expires_at: at(900) },
    { started_at: at(3600).replace('Z', '.5Z'), expires_at: at(4500) },
  ];
  const index = indexOf([
    session(1, { ...early, source_identity }),
    session(2, { ...late, source_identity }),
  ]);
  const found = index.find({ ...nothing, sourceIdentity: source_identity, at: START + 3600 });
  expect(found?.session.id).toBe(idOf(2));
});

test('halves of characters, which are the same as bytes, match neither each other nor U+FFFD', () => {
  const halves = ['\ud800', '\udbff', '\udc00'];
  const wholes = ['\ufffd', '👍'];
  for (const given of [...halves, ...wholes]) {
    const index = indexOf([session(0, { source_identity: `sentinel:${given}:x` })]);
    const isFound = (text: string): boolean =>
      index.find({ ...nothing, sourceIdentity: `sentinel:${text}:x` }) !== undefined;
    expect(halves.filter(isFound)).toEqual([]);
    expect(wholes.filter(isFound)).toEqual(wholes.filter((whole) => whole === given));
  }
});

test('an identity is compared whole, however long it is', () => {
  const long = session(0, { source_identity: `alice${'x'.repeat(65_536)}` });
  const index = indexOf([long, ...numbered(2000).slice(1)]);
  expect(index.find({ ...nothing, sourceIdentity: 'alice' })).toBeUndefined();
});

const nothing: LookupKey = {
  tag: undefined,
  sourceIdentity: undefined,
  sessionId: undefined,
  at: START,
};

function indexOf(sessions: readonly Session[]): SessionIndex {
  const index = new SessionIndex();
  for (const one of sessions) index.add(one);
  return index;
}

/** Sessions that differ in id and identity alone. */
function numbered(count: number): Session[] {
  const base = session(0);
  return Array.from({ length: count }, (_, n) => ({
    ...base,
    id: idOf(n),
    sourceIdentity: `sentinel:u${n}:x`,
  }));
}
