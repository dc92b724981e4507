import { NEEDED, OPTIONAL } from './member.js';
import type { Expressions, ForeignColumns } from './record-columns.js';
import type { TableTypes } from './table-types.js';

/** Members that are columns, or fields of one. */
const TEXTS = [
  ...NEEDED,
  ...(Object.keys(OPTIONAL) as (keyof typeof OPTIONAL)[]).filter((one) => one !== 'resources.role'),
  'useridentity.sessioncontext.sourceidentity',
] as const;

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
