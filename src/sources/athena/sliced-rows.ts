import { parseInstant } from '../../model/time/instant.js';
import type { Source } from '../../pipeline/pipe.js';
import type { OpenGroups } from '../carrier.js';
import type { AthenaRow } from './results.js';
import type { Judged } from './role-calls-sql.js';
import { type SliceContent, Slices, partOf } from './slices.js';
import { type Statement, callGroups, judgedCalls } from './statements.js';
import type { AthenaTable, Window } from './table-shape.js';

/** Rows of the groups of calls, and of their calls, a query for each slice of the window. */
export interface SlicedRows {
  /** The key of a group tells its slice too. */
  readonly groups: (judged: Judged) => Source<AthenaRow>;
  /** The calls of some of those groups, in the order of time; or of all. */
  readonly callsOf: (groups: OpenGroups | 'all', judged: Judged) => Source<AthenaRow>;
}

export function slicedRows(
  table: AthenaTable,
  window: Window,
  mostCalls: number | undefined,
  read: (statement: Statement) => Source<AthenaRow>,
): SlicedRows {
  let slices = new Slices(window, table, mostCalls);
  return {
    groups: async function* (judged) {
      slices = new Slices(window, table, mostCalls);
      for (let n = 0, slice = slices.next(); slice !== undefined; n++, slice = slices.next()) {
        const content = newContent();
        for await (const rows of read(callGroups(table, slice, judged))) {
          const inSlice = rows.filter((row) => isInSlice(row, content));
          if (inSlice.length > 0) yield inSlice.map((row) => ({ ...row, ...keyOf(n, row) }));
        }
        slices.note(slice, content);
      }
    },
    callsOf: async function* (groups, judged) {
      for (const [n, slice] of slices.made) {
        const keys = groups === 'all' ? groups : keysOf(n, groups.keys);
        const part = groups === 'all' ? slice : partOf(slice, groups);
        if (keys.length > 0 && part !== undefined) {
          yield* read(judgedCalls(table, part, judged, keys));
        }
      }
    },
  };
}

type Content = { -readonly [name in keyof SliceContent]: SliceContent[name] };

function newContent(): Content {
  return { calls: 0, late: undefined };
}

/** Notes what a row tells of its slice. The calls of a late row are in another. */
function isInSlice(row: AthenaRow, content: Content): boolean {
  if (row['kind'] !== 'late') {
    content.calls += Number(row['calls']);
    return true;
  }
  const [from, last] = [parseInstant(row['first_time']!)!, parseInstant(row['last_time']!)!];
  const { late } = content;
  content.late = {
    since: late && late.since.seconds < from.seconds ? late.since : from,
    last: late && late.last.seconds > last.seconds ? late.last : last,
  };
  return false;
}

/** Keys of judged calls alone are asked for again; in other rows it is the id of an event. */
function keyOf(n: number, { kind, group_key: key }: AthenaRow): AthenaRow {
  return kind === 'judged' && key !== undefined ? { group_key: `${n}.${key}` } : {};
}

function keysOf(n: number, keys: readonly string[]): readonly string[] {
  const own = `${n}.`;
  return keys.filter((key) => key.startsWith(own)).map((key) => key.slice(own.length));
}
