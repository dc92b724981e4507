import type { AthenaClient } from '@aws-sdk/client-athena';
import type { Instant } from '../../model/time/instant.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { count } from '../../text/quantity.js';
import type { Carrier } from '../carrier.js';
import { callsOf, groupsOf } from './call-rows.js';
import type { Scope } from './partitions/scope-condition.js';
import { type AthenaOptions, readQuery } from './query.js';
import type { AthenaRow, ReadObject } from './results.js';
import type { Judged } from './role-calls-sql.js';
import { slicedRows } from './sliced-rows.js';
import { Slices, wholeOf } from './slices.js';
import { type Statement, allCalls, callGroups, countOfEvents, judgedCalls } from './statements.js';
import { type AthenaTable, type Window, describeAthenaTable } from './table-shape.js';

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
  readObject: ReadObject,
  context: ReadContext,
): Promise<Carrier> {
  const { window, eventNames } = selection;
  const table = await describeAthenaTable(client, options, selection, now, context);
  const read = ({ sql, columns, title }: Statement): Source<AthenaRow> => {
    context.detail(`Athena is asked for ${title}`);
    return readQuery(client, options, sql, columns, readObject, context);
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
    explain: (kinds) => explained(table, window, kinds && { ...kinds, eventNames }),
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

/** The statements that may be run, with their parameters. */
function explained(table: AthenaTable, window: Window, judged: Judged | undefined): string {
  const slice = new Slices(window, table).next()!;
  const statements = judged
    ? [
        callGroups(table, slice, judged),
        judgedCalls(table, slice, judged, ['KEYS OF GROUPS']),
        judgedCalls(table, slice, judged, 'all'),
      ]
    : [allCalls(table, wholeOf(window))];
  const { name, partitions } = table;
  const head = [
    partitions === undefined
      ? `-- how many partitions of ${name} are scanned is not known\n`
      : `-- ${count(partitions, 'partition')} of ${name} at the most\n`,
    judged && slice.since !== window.since
      ? '-- the window is asked in slices, the newest first: those before are as long as the number of calls allows\n'
      : '',
  ];
  const texts = [...statements, countOfEvents(table, window)].map(({ title, sql }, at) => {
    const parameters = sql.parameters.map((value, n) => `-- ?${n + 1} = ${value}\n`);
    return `-- ${at + 1}. ${title}\n${sql.text};\n${parameters.join('')}`;
  });
  return `${head.join('')}\n${texts.join('\n')}`;
}
