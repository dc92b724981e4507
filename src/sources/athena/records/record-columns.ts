import type { TableMetadata } from '@aws-sdk/client-athena';
import { SourceError } from '../../../errors.js';
import { lakeColumns } from './lake-columns.js';
import { type Member, type NeededMember, NEEDED, OPTIONAL } from './member.js';
import { ocsfColumns } from './ocsf-columns.js';
import { type TableTypes, typesOf } from './table-types.js';
import { trailColumns } from './trail-columns.js';

/** How a table shows the members of CloudTrail's records: each as an expression of SQL. */
export type Expressions = Readonly<Partial<Record<Member, string>>>;

/** The records of a table. */
export interface RecordColumns {
  /** The expression for a member; undefined where the table does not show it. */
  readonly read: (member: Member) => string | undefined;
  /** The expression for a member without which no table is read. */
  readonly text: (member: NeededMember) => string;
  /** Is the time of a record a text as CloudTrail writes it, or a time? */
  readonly timeType: 'text' | 'timestamp';
  /** What is not shown, a sentence each. */
  readonly lacks: readonly string[];
  /** The columns that tell whose records they are, where no partition key does. */
  readonly account: string | undefined;
  readonly region: string;
}

/** How a table that is not CloudTrail's own shows its records; undefined for other tables. */
export interface ForeignColumns {
  readonly expressions: Expressions;
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/**
 * Finds out which of the tables that hold CloudTrail's records this is: AWS's own over log files, one of
 * CloudTrail Lake, one of Security Lake.
 *
 * @throws SourceError when it is none.
 */
export function recordColumns(metadata: TableMetadata, name: string): RecordColumns {
  const types = typesOf(metadata);
  const { expressions, account, region } =
    ocsfColumns(types) ?? lakeColumns(types) ?? trailColumns(types);
  const lacking = NEEDED.filter((member) => expressions[member] === undefined);
  if (lacking.length > 0) throw lacks(name, lacking);
  const lost = Object.entries(OPTIONAL).filter(([member]) => !(member in expressions));
  return {
    read: (member) => expressions[member],
    text: (member) => expressions[member]!,
    timeType: isTime(types, expressions) ? 'timestamp' : 'text',
    lacks: lost.map(([member, what]) => `has no ${columnOf(member)}: not known is ${what}`),
    account: account ?? expressions.recipientaccountid,
    region: region ?? expressions.awsregion!,
  };
}

function isTime(types: TableTypes, { eventtime = '' }: Expressions): boolean {
  return types.at(eventtime)?.name.startsWith('timestamp') === true;
}

/** What a message calls a member. */
function columnOf(member: string): string {
  return member.replace('.role', '').split('.').slice(0, 2).join('.');
}

function lacks(name: string, members: readonly string[]): SourceError {
  return new SourceError(`table ${name} lacks ${members.join(', ')}, or has them as another type`, {
    hint: 'sentinel-audit athena-table prints a CREATE TABLE that fits',
  });
}
