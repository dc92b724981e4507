import { RecordError } from '../../errors.js';
import { type SetAside, nothingSetAside } from '../../model/report/set-aside.js';
import { parseRoleCall } from '../../model/role-call/parse-role-call.js';
import type { RoleCall } from '../../model/role-call/role-call.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { GroupRow } from '../carrier.js';
import { callColumns } from './call-columns.js';
import type { AthenaRow } from './results.js';
import type { AthenaTable } from './table-shape.js';

/** The role calls of some rows, in their order; a row with a problem is rejected. */
export async function* callsOf(
  rows: Source<AthenaRow>,
  table: AthenaTable,
  context: ReadContext,
): Source<RoleCall> {
  const parse = callParser(table, context);
  for await (const batch of rows) {
    context.meter.events += batch.length;
    const calls = batch.flatMap(
      (row) => parse(row, `table ${table.name}, event ${row['event_id'] ?? 'without an id'}`) ?? [],
    );
    if (calls.length > 0) yield calls;
  }
}

/** The groups of some rows and what was set aside, in their order; a row with a problem is rejected. */
export async function* groupsOf(
  rows: Source<AthenaRow>,
  table: AthenaTable,
  context: ReadContext,
): Source<GroupRow> {
  const parse = callParser(table, context);
  for await (const batch of rows) {
    const groups = batch.flatMap((row): GroupRow[] => {
      const { kind = '', group_key: key = '', first_time: from = '', last_time: until = '' } = row;
      const calls = Number(row['calls']);
      context.meter.events += calls;
      if (isSetAside(kind)) {
        const { event_name: eventName, region, account_id: accountId } = row;
        const where = { eventName, region, accountId };
        return [{ kind: 'set_aside', why: kind, calls, ...where, from, until }];
      }
      if (kind !== 'judged') {
        const place = `table ${table.name}, event ${key || 'without an id'}`;
        for (let n = 0; n < calls; n++) context.reject({ kind: 'row', place, reason: kind });
        return [];
      }
      const first = { event_id: key, event_time: from, event_source: STS };
      const call = parse({ ...row, ...first }, `table ${table.name}`);
      if (call === undefined) return [];
      const roleSessionName = row['session_naming'];
      return [
        { kind: 'group', group: { ...call, roleSessionName, weight: calls, until, group: key } },
      ];
    });
    if (groups.length > 0) yield groups;
  }
}

const STS = 'sts.amazonaws.com';

function isSetAside(kind: string): kind is keyof SetAside {
  return Object.hasOwn(nothingSetAside(), kind);
}

/** Reads rows as the records that they were: what a role call is, is said in one place. */
function callParser(
  table: AthenaTable,
  { reject }: ReadContext,
): (row: AthenaRow, place: string) => RoleCall | undefined {
  const columns = callColumns(table);
  const hasCallerIdentity =
    table.records.read('useridentity.sessioncontext.sourceidentity') !== undefined;
  return (row, place) => {
    try {
      if (row['problem'] !== undefined) throw new RecordError(row['problem']);
      const record: Record<string, unknown> = {};
      for (const { name, path } of columns) put(record, path, valueOf(name, row[name]));
      const call = parseRoleCall(record);
      const isHidden = !hasCallerIdentity && call?.callerRoleArn !== undefined;
      return call && (isHidden && call.hop === 'first' ? { ...call, hop: 'unknown' } : call);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      reject({ kind: 'row', place, reason: error.message, raw: row });
      return undefined;
    }
  };
}

function valueOf(name: string, text: string | undefined): unknown {
  return name === 'tags' && text !== undefined ? (JSON.parse(text) as unknown) : text;
}

function put(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const last = path.at(-1);
  if (last === undefined || value === undefined) return;
  let object = record;
  for (const name of path.slice(0, -1)) object = (object[name] ??= {}) as Record<string, unknown>;
  object[last] = value;
}
