import type { AthenaClient } from '@aws-sdk/client-athena';
import { type Instant, formatInstant } from '../../model/time/instant.js';
import type { Scope } from './partitions/scope-condition.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { count } from '../../text/quantity.js';
import type { Carrier, JudgedKinds } from '../carrier.js';
import { callsOf, groupsOf } from './call-rows.js';
import { type AthenaOptions, type AthenaRow, readQuery } from './query.js';
import type { CallSelection } from './role-calls-sql.js';
import { type Statement, allCalls, callGroups, countOfEvents, judgedCalls } from './statements.js';
import { type AthenaTable, describeAthenaTable } from './table-shape.js';

/**
 * The role calls of an Athena table, whole or in groups, in no order. Each reading is a query. Looks the
 * table up; nothing is scanned before the first reading. Whoever made the client closes it.
 */
export async function openAthenaCarrier(
  client: AthenaClient,
  options: AthenaOptions,
  selection: CallSelection & { readonly scope: Scope },
  now: Instant,
  context: ReadContext,
): Promise<Carrier> {
  const table = await describeAthenaTable(client, options, selection, now, context);
  const read = ({ sql, columns, title }: Statement): Source<AthenaRow> => {
    context.detail(`Athena is asked for ${title}`);
    return readQuery(client, options, sql, columns, context);
  };
  async function* checked(statement: Statement): Source<AthenaRow> {
    let isEmpty = true;
    for await (const batch of read(statement)) {
      isEmpty = false;
      yield batch;
    }
    if (isEmpty) await checkLocation(table, read(countOfEvents(table, selection)), context);
  }
  return {
    calls: () => callsOf(checked(allCalls(table, selection)), table, context),
    groups: {
      all: (kinds) => groupsOf(checked(callGroups(table, selection, kinds)), table, context),
      callsOf: (groups, kinds) =>
        callsOf(read(judgedCalls(table, selection, kinds, groups)), table, context),
    },
    showsOtherCalls: true,
    inOrderOfDays: () => false,
    coverage: () => ({
      regions: undefined,
      files: undefined,
      missing: table.missing,
      unseen: table.unseen,
    }),
    explain: (kinds) => explained(table, selection, kinds),
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
function explained(
  table: AthenaTable,
  selection: CallSelection,
  kinds: JudgedKinds | undefined,
): string {
  const statements = kinds
    ? [
        callGroups(table, selection, kinds),
        judgedCalls(table, selection, kinds, {
          keys: ['KEYS OF GROUPS'],
          from: formatInstant(selection.window.since),
          until: formatInstant(selection.window.until),
        }),
        judgedCalls(table, selection, kinds, 'all'),
      ]
    : [allCalls(table, selection)];
  const { name, partitions } = table;
  const head =
    partitions === undefined
      ? `-- how many partitions of ${name} are scanned is not known\n\n`
      : `-- ${count(partitions, 'partition')} of ${name} at the most\n\n`;
  const texts = [...statements, countOfEvents(table, selection)].map(({ title, sql }, at) => {
    const parameters = sql.parameters.map((value, n) => `-- ?${n + 1} = ${value}\n`);
    return `-- ${at + 1}. ${title}\n${sql.text};\n${parameters.join('')}`;
  });
  return head + texts.join('\n');
}
