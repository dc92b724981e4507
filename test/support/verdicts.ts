import * as fc from 'fast-check';
import type { ProfileCompliance } from '../../src/model/report/profile-compliance.js';
import type { RoleCall } from '../../src/model/role-call/role-call.js';
import type { AttributedVerdict } from '../../src/model/verdict/attributed-verdict.js';
import { ANOMALIES, FINDING_CATEGORIES } from '../../src/model/verdict/verdict.js';

/** Texts as a caller may choose them: none is empty, since an empty one is absent. */
export const hostileTexts = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({
    unit: fc.constantFrom(
      ...'|\\`<>&[]()!@#*_~$-+=:/.\n\r\t a1'.split(''),
      'www.',
      'https://',
      '\u202e',
    ),
    minLength: 1,
    maxLength: 30,
  }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '![x](https://example.com/x.png)',
    '[x](javascript:alert)',
    '@octocat',
    'a | b \\| c \\\\| d',
    '`</td></tr></table>`',
    '\u001b]0;x\u0007\u202e',
    '\ud800',
    'x'.repeat(70_000),
  ),
);

const texts = fc.option(hostileTexts, { nil: undefined });
const arns = fc.oneof(
  texts,
  fc.constantFrom('arn:aws:iam::123456789012:role/Admin', 'arn:aws-cn:iam::123456789012:role/a/b'),
);
const times = fc.oneof(
  fc
    .date({
      min: new Date('0001-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString()),
  fc.constantFrom('2026-01-20T14:32:00Z', '2026-01-20T14:32:00.123456789+05:30'),
);

/** Calls with anything in any field. */
export const someCall: fc.Arbitrary<RoleCall> = fc.record({
  eventId: hostileTexts,
  eventTime: times,
  eventName: fc.constantFrom(
    'AssumeRole',
    'AssumeRoleWithSAML',
    'AssumeRoleWithWebIdentity',
    'AssumeRoot',
    'sso:GetRoleCredentials',
    'rolesanywhere:CreateSession',
  ),
  region: texts,
  accountId: texts,
  roleArn: arns,
  sourceIdentity: texts,
  sessionTag: texts,
  roleSessionName: texts,
  principalId: texts,
  callerArn: arns,
  callerRoleArn: arns,
  callerType: fc.oneof(texts, fc.constantFrom('IAMUser', 'Root', 'AWSService', 'AssumedRole')),
  callerAccountId: texts,
  identityProvider: texts,
  hop: fc.constantFrom('first', 'later', 'unknown'),
  invokedBy: texts,
  sourceIp: fc.oneof(
    texts,
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('sts.amazonaws.com', 'AWS Internal', '::', '1::', '::1', '999.1.1.1'),
  ),
  userAgent: texts,
  errorCode: fc.option(hostileTexts, { nil: undefined, freq: 3 }),
  sharedEventId: texts,
  weight: fc.constant(1),
});

const matches = fc.record({
  matchedBy: fc.constantFrom('tag', 'source_identity', 'session_id'),
  session: fc.record({
    id: hostileTexts,
    user: texts,
    profile: texts,
    status: fc.constant(undefined),
    startedAt: fc.constant(undefined),
    expiresAt: fc.constant(undefined),
    updatedAt: fc.constant(undefined),
  }),
});

const profiles = fc.array(hostileTexts, { maxLength: 3 });

/** Verdicts of such calls. */
export const someVerdict: fc.Arbitrary<AttributedVerdict> = fc.oneof(
  fc.record({
    call: someCall,
    category: fc.constant('tracked'),
    match: matches,
    anomalies: fc.uniqueArray(fc.constantFrom(...ANOMALIES)),
    unverifiable: fc.constant(false),
    profiles,
  }),
  fc.record({
    call: someCall,
    category: fc.constantFrom(...FINDING_CATEGORIES),
    match: fc.constant(undefined),
    anomalies: fc.constant([]),
    unverifiable: fc.boolean(),
    profiles,
  }),
);

/** Rows of profiles, whatever they say. */
export const someProfile: fc.Arbitrary<ProfileCompliance> = fc.record({
  profile: hostileTexts,
  required: fc.boolean(),
  rule: texts,
  tracked: fc.nat(),
  untracked: fc.nat(),
  unverifiable: fc.nat(),
  isKnown: fc.boolean(),
  hasGap: fc.boolean(),
  mayHideCalls: fc.boolean(),
  isWithoutRole: fc.boolean(),
  undetermined: fc.boolean(),
  fails: fc.boolean(),
});
