import type { AthenaClient } from '@aws-sdk/client-athena';
import { RecordError } from '../../errors.js';
import type { EventGroup } from '../../model/role-call/event-group.js';
import { type SetAside, nothingSetAside } from '../../model/report/set-aside.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { type RoleCall, parseRoleCall } from '../../model/role-call/role-call.js';
import type { Instant } from '../../model/time/instant.js';
import type { Source } from '../../pipeline/pipe.js';
import { type AthenaOptions, type AthenaRow, readQuery } from './query.js';
import type { Chosen } from './role-calls-sql.js';
import {
  type Statement,
  allEvents,
  countOfEvents,
  eventGroups,
  judgedEvents,
} from './statements.js';
import { type AthenaTable, describeAthenaTable } from './table-shape.js';

/** The role events of an Athena table, whole or in groups. Each reading is a query. */
export interface AthenaEvents {
  /** All, with duplicates, in no order. */
  readonly all: () => Source<RoleCall>;
  /** Those that are judged, in groups; the others are told by number. Duplicates are removed by Athena. */
  readonly groups: (tell: CountApart) => Source<EventGroup>;
  /** Those that are judged, each once: of the groups with these keys, or all. */
  readonly judged: (keys: readonly string[] | undefined) => Source<RoleCall>;
  /** The regions of the table, where it says so. */
  readonly regions: readonly string[] | undefined;
  /** Can a second hop be told by the source identity of the caller's own session? */
  readonly showsHops: boolean;
  /** What may be asked, by an audit or by an export of all. */
  readonly statements: (isAudit: boolean) => readonly Statement[];
}

/** Hears of events of a region that are not judged, and why. */
export type CountApart = (why: keyof SetAside, events: number, region: string | undefined) => void;

/** Looks the table up; nothing is scanned before the first reading. */
export async function openAthenaEvents(
  client: AthenaClient,
  options: AthenaOptions,
  chosen: Chosen,
  now: Instant,
  context: ReadContext,
): Promise<AthenaEvents> {
  const table = await describeAthenaTable(client, options, chosen.window, now, context);
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
    if (isEmpty) await checkLocation(table, chosen, read(countOfEvents(table, chosen)), context);
  }
  return {
    regions: table.regions,
    showsHops: table.hasCallerIdentity,
    all: () => eventsOf(checked(allEvents(table, chosen)), table, context),
    groups: (tell) => groupsOf(checked(eventGroups(table, chosen)), table, tell, context),
    judged: (keys) => eventsOf(read(judgedEvents(table, chosen, keys)), table, context),
    statements: (isAudit) => [
      ...(isAudit
        ? [
            eventGroups(table, chosen),
            judgedEvents(table, chosen, ['KEYS OF GROUPS']),
            judgedEvents(table, chosen, undefined),
          ]
        : [allEvents(table, chosen)]),
      countOfEvents(table, chosen),
    ],
  };
}

/** A wrong location, or partitions that are not there, look exactly like an empty trail. */
async function checkLocation(
  table: AthenaTable,
  { role }: Chosen,
  counts: Source<AthenaRow>,
  context: ReadContext,
): Promise<void> {
  let events = 0;
  for await (const [row] of counts) events = Number(row?.['events'] ?? 0);
  if (events > 0 && role !== undefined) return;
  if (events > 0) {
    const number = events.toLocaleString('en');
    context.note(
      `no role event among the ${number} events of the window: does the trail record read-only events?`,
    );
    return;
  }
  context.reject({
    kind: 'file',
    place: `table ${table.name}`,
    reason: 'it has no event of any kind in the window: check its location and its partitions',
  });
}

async function* eventsOf(
  rows: Source<AthenaRow>,
  table: AthenaTable,
  context: ReadContext,
): Source<RoleCall> {
  for await (const batch of rows) {
    context.meter.events += batch.length;
    const events = batch.flatMap((row) => {
      const place = `table ${table.name}, event ${row['event_id'] ?? 'without an id'}`;
      return eventOf(row, place, context) ?? [];
    });
    if (events.length > 0) yield events;
  }
}

async function* groupsOf(
  rows: Source<AthenaRow>,
  table: AthenaTable,
  tell: CountApart,
  context: ReadContext,
): Source<EventGroup> {
  for await (const batch of rows) {
    const groups: EventGroup[] = [];
    for (const row of batch) {
      const { kind = '', group_key: key = '', last_time: lastTime = '' } = row;
      const count = Number(row['events']);
      context.meter.events += count;
      const place = `table ${table.name}${kind === 'judged' ? '' : `, event ${key || 'without an id'}`}`;
      if (isExcluded(kind)) tell(kind, count, row['region']);
      else if (kind === 'judged') {
        const one = { ...row, event_id: key, event_time: row['first_time'] };
        const event = eventOf({ ...one, event_source: 'sts.amazonaws.com' }, place, context);
        if (event !== undefined) groups.push({ key, event, lastTime, count });
      } else {
        for (let n = 0; n < count; n++) context.reject({ kind: 'row', place, reason: kind });
      }
    }
    if (groups.length > 0) yield groups;
  }
}

function isExcluded(kind: string): kind is keyof SetAside {
  return Object.hasOwn(nothingSetAside(), kind);
}

/** The columns put back to where a record has them: what a role event is, is said in one place. */
function eventOf(row: AthenaRow, place: string, { reject }: ReadContext): RoleCall | undefined {
  try {
    if (row['problem'] !== undefined) throw new RecordError(row['problem']);
    return parseRoleCall({
      eventID: row['event_id'],
      eventTime: row['event_time'],
      eventName: row['event_name'],
      eventSource: row['event_source'],
      awsRegion: row['region'],
      recipientAccountId: row['account_id'],
      requestParameters: {
        roleArn: row['role_arn'],
        sourceIdentity: row['source_identity'],
        tags: row['tags'] === undefined ? undefined : (JSON.parse(row['tags']) as unknown),
        roleSessionName: row['role_session_name'],
      },
      userIdentity: {
        type: row['caller_type'],
        principalId: row['principal_id'],
        arn: row['caller_arn'],
        accountId: row['caller_account_id'],
        invokedBy: row['invoked_by'],
        sessionContext: {
          sessionIssuer: { arn: row['caller_role_arn'] },
          sourceIdentity: row['caller_source_identity'],
        },
      },
      sourceIPAddress: row['source_ip'],
      userAgent: row['user_agent'],
      errorCode: row['error_code'],
      sharedEventID: row['shared_event_id'],
    });
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    reject({ kind: 'row', place, reason: error.message, raw: row });
    return undefined;
  }
}
