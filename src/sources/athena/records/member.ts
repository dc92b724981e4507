/** What must be there: without it a verdict would be a guess. */
export const NEEDED = [
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
export const OPTIONAL = {
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
  NeededMember | keyof typeof OPTIONAL | 'useridentity.sessioncontext.sourceidentity';

export type NeededMember = (typeof NEEDED)[number];
