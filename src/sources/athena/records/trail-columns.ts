import type { Expressions, ForeignColumns, Member } from './record-columns.js';
import type { TableTypes } from './table-types.js';

/** Members that are columns, or fields of one. */
const TEXTS: readonly Member[] = [
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
  'recipientaccountid',
  'sharedeventid',
  'useragent',
  'useridentity.invokedby',
  'useridentity.sessioncontext.sessionissuer.arn',
  'useridentity.sessioncontext.sourceidentity',
];

const ROLE = `element_at(filter(resources, r -> r.type = 'AWS::IAM::Role'), 1).arn`;

/** The records of a table over log files, as AWS documents it: members are columns (Athena User Guide, "Query AWS CloudTrail logs"). */
export function trailColumns(types: TableTypes): ForeignColumns {
  return { expressions: sameColumns(types), account: undefined, region: undefined };
}

/** The members that are columns of their own name. */
export function sameColumns(types: TableTypes): Expressions {
  const isTime = types.at('eventtime')?.name.startsWith('timestamp') === true;
  const there = TEXTS.filter(
    (member) => types.isText(member) || (member === 'eventtime' && isTime),
  );
  return {
    ...Object.fromEntries(there.map((member) => [member, member])),
    ...(types.isText('resources.arn') && { 'resources.role': ROLE }),
  };
}
