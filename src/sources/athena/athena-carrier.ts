import type { AthenaClient } from '@aws-sdk/client-athena';
import type { Instant } from '../../model/time/instant.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { Carrier } from '../carrier.js';
import { callsOf, groupsOf } from './call-rows.js';
import { costsOf, explained } from './explain.js';
import type { Scope } from './partitions/scope-condition.js';
import { type AthenaOptions, readQuery } from './query.js';
import type { AthenaRow, ReadObject } from './results.js';
import { slicedRows } from './sliced-rows.js';
import { wholeOf } from './slices.js';
import { type Statement, allCalls, countOfEvents } from './statements.js';
import { type AthenaTable, type Window, describeAthenaTable } from './table-shape.js';

/** What is read besides Athena's answers. */
export interface AthenaStorage {
  readonly readObject: ReadObject;
  /** What tells the bytes of all files below a place until it is aborted. @throws SourceError */
  readonly sizesBelow: (signal: AbortSignal) => (place: string) => Promise<number>;
}

/** Which role calls are asked for, and which are judged. */
interface CallSelection {
  readonly window: Window;
  readonly scope: Scope;
  readonly eventNames: readonly string[];
}

/**
 * The role calls of an Athena table, whole or in groups, in no order. Each reading is a query. Looks the
 * table up; nothing is scanned before the first reading. Whoever made the client closes it.
 */
export async function openAthenaCarrier(
  client: AthenaClient,
  options: AthenaOptions,
  selection: CallSelection,
  now: Instant,
  s3: AthenaStorage,
  context: ReadContext,
): Promise<Carrier> {
  const { window, eventNames } = selection;
  const table = await describeAthenaTable(client, options, selection, now, context);
  const costs = (): Promise<readonly string[]> =>
    costsOf(table, client, options.workgroup, s3.sizesBelow, context);
  if (context.isVerbose) for (const line of await costs()) context.detail(line);
  const read = ({ sql, columns, title }: Statement): Source<AthenaRow> => {
    context.detail(`Athena is asked for ${title}`);
    return readQuery(client, options, sql, columns, s3.readObject, context);
  };
  async function* checked(rows: Source<AthenaRow>): Source<AthenaRow> {
    let isEmpty = true;
    for await (const batch of rows) {
      isEmpty = false;
      yield batch;
    }
    if (isEmpty) await checkLocation(table, read(countOfEvents(table, window)), context);
  }
  const { groups, callsOf: callsOfGroups } = slicedRows(table, window, options.mostCalls, read);
  return {
    calls: () => callsOf(checked(read(allCalls(table, wholeOf(window)))), table, context),
    groups: {
      all: (kinds) => groupsOf(checked(groups({ ...kinds, eventNames })), table, context),
      callsOf: (open, kinds) =>
        callsOf(callsOfGroups(open, { ...kinds, eventNames }), table, context),
    },
    showsOtherCalls: true,
    inOrderOfDays: () => false,
    coverage: () => ({
      regions: undefined,
      files: undefined,
      missing: table.missing,
      unseen: table.unseen,
    }),
    explain: async (kinds) =>
      explained(table, window, kinds && { ...kinds, eventNames }, await costs()),
    dispose: async () => {},
  };
}

/** A wrong location, or partitions that are not there, look exactly like an empty trail. */
async function checkLocation(
  table: AthenaTable,
  counts: Source<AthenaRow>,
  context: ReadContext,
): Promise<void> {
  let events = 0;
  for await (const [row] of counts) events = Number(row?.['events'] ?? 0);
  if (events > 0) {
    const number = events.toLocaleString('en');
    context.note(
      `no role call among the ${number} events of the window: does the trail record read-only events?`,
    );
    return;
  }
  context.reject({
    kind: 'file',
    place: `table ${table.name}`,
    reason: 'it has no event of any kind in the window: check its location and its partitions',
  });
}
