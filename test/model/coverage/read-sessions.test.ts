import { describe, expect, test } from 'vitest';
import { type ReadSessions, spansOf } from '../../../src/model/coverage/read-sessions.js';

describe('the spans of a read', () => {
  const read: ReadSessions = {
    shortestLife: 900,
    isComplete: true,
    profiles: new Set(),
  };
  const nothing = {
    exportWindows: [],
    archives: [],
    tableWithoutTtl: undefined,
    vouched: undefined,
    now: { seconds: 9000, nanos: 0 },
  };
  const at = (seconds: number) => ({ seconds, nanos: 0 });
  const source = { sessions: 3, withoutIdentity: 3, oldest: 1000, newest: 5000 };
  const empty = { ...source, oldest: undefined, newest: undefined };

  test('are none where nothing vouches for them', () => {
    expect(spansOf(read, nothing)).toEqual([]);
  });

  test('go from the oldest session to now for a table that deletes nothing', () => {
    expect(spansOf(read, { ...nothing, tableWithoutTtl: source })).toEqual([
      { from: 1000, to: 9000 },
    ]);
    expect(spansOf(read, { ...nothing, tableWithoutTtl: empty })).toEqual([]);
  });

  test('are those of archives, with the complete reads at their heads', () => {
    const span = { from: 0, to: 900, completeReadAt: 300 };
    const archives = [{ spans: [span] }, { spans: [{ from: 2000, to: 3000 }] }];
    expect(spansOf(read, { ...nothing, archives })).toEqual([span, { from: 2000, to: 3000 }]);
    expect(spansOf({ ...read, isComplete: false }, { ...nothing, archives })).toEqual([]);
  });

  test('are the windows of incremental exports that are no longer than a session lives', () => {
    const exportWindows = [
      { from: at(0), to: at(900) },
      { from: at(900), to: at(1801) },
    ];
    expect(spansOf(read, { ...nothing, exportWindows })).toEqual([{ from: 0, to: 900 }]);
    const half = [{ from: { seconds: 5, nanos: 500_000_000 }, to: at(900) }];
    expect(spansOf(read, { ...nothing, exportWindows: half })).toEqual([{ from: 5.5, to: 900 }]);
    expect(spansOf({ ...read, shortestLife: undefined }, { ...nothing, exportWindows })).toEqual(
      [],
    );
  });

  test('are what the user vouches for, to the newest session where no end is given', () => {
    const vouched = { since: at(500), until: undefined, source };
    expect(spansOf(read, { ...nothing, vouched })).toEqual([{ from: 500, to: 5000 }]);
    const until = { since: at(500), until: at(700), source };
    expect(spansOf(read, { ...nothing, vouched: until })).toEqual([{ from: 500, to: 700 }]);
    for (const nobody of [undefined, empty]) {
      const open = { ...vouched, source: nobody };
      expect(spansOf(read, { ...nothing, vouched: open })).toEqual([]);
    }
  });

  test('are none where a row could not be read', () => {
    const all = {
      ...nothing,
      tableWithoutTtl: source,
      vouched: { since: at(0), until: at(9000), source },
    };
    expect(spansOf({ ...read, isComplete: false }, all)).toEqual([]);
  });
});
