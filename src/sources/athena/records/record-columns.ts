import type { TableMetadata } from '@aws-sdk/client-athena';
import { SourceError } from '../../../errors.js';
import { lakeColumns } from './lake-columns.js';
import { ocsfColumns } from './ocsf-columns.js';
import { type TableTypes, typesOf } from './table-types.js';
import { trailColumns } from './trail-columns.js';

/** What must be there: without it a verdict would be a guess. */
const NEEDED = [
  'eventid',
  'eventname',
  'eventsource',
  'eventtime',
  'awsregion',
  'requestparameters',
  'responseelements',
  'errorcode',
  'sourceipaddress',
  'useridentity.type',
  'useridentity.principalid',
  'useridentity.arn',
  'useridentity.accountid',
] as const;

/** What may be missing, and what is not known then. */
const OPTIONAL = {
  recipientaccountid: 'the account of a call',
  sharedeventid: 'which two records of two accounts are one call, so that it counts twice',
  useragent: 'user agents',
  'resources.role': 'the role of a call whose request does not name it',
  'useridentity.invokedby': 'which service made a call for somebody',
  'useridentity.sessioncontext.sessionissuer.arn': 'the role of a caller',
} as const;

/**
 * A member of a CloudTrail record, as Glue spells it. `resources.role` is the ARN of the role among the
 * resources; `requestparameters` and `responseelements` are JSON texts.
 */
export type Member =
  (typeof NEEDED)[number] | keyof typeof OPTIONAL | 'useridentity.sessioncontext.sourceidentity';

/** How a table shows the members of CloudTrail's records: each as an expression of SQL. */
export type Expressions = Readonly<Partial<Record<Member, string>>>;

/** The records of a table. */
export interface RecordColumns {
  /** The expression for a member; undefined where the table does not show it. */
  readonly read: (member: Member) => string | undefined;
  /** The expression for a member without which no table is read. */
  readonly text: (member: (typeof NEEDED)[number]) => string;
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
