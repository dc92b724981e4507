import { describe, expect, test } from 'vitest';
import { caveatsOf, weightOf } from '../../../../src/audit/report/caveats/caveats.js';
import type { CaveatOptions } from '../../../../src/audit/report/report-options.js';
import { select } from '../../../../src/audit/report/selection.js';
import { sessionCoverage } from '../../../../src/model/coverage/session-coverage.js';
import type { Caveat } from '../../../../src/model/report/caveat.js';
import { parseInstant } from '../../../../src/model/time/instant.js';
import type { CallCount } from '../../../../src/model/verdict/call-count.js';
import { arn, callCount, trackedCount } from '../../counts.js';
import { type Known, OPTIONS, evidenceOf } from '../../evidence-of.js';

function caveatOf(
  code: Caveat['code'],
  counts: readonly CallCount[],
  some: Partial<CaveatOptions> = {},
  known: Known = {},
): Caveat | undefined {
  const [options, evidence] = [{ ...OPTIONS, ...some }, evidenceOf(counts, known, some)];
  const found = caveatsOf(evidence, select(evidence, options), options);
  return found.find((one) => one.code === code);
}

/** Calls, options, what else is known; how many calls a caveat is about, and its weight. */
type Case = [
  sentence: string,
  counts: readonly CallCount[],
  options: Partial<CaveatOptions>,
  known: Known,
  told: string | undefined,
];

function tells(code: Caveat['code'], cases: readonly Case[]): void {
  describe(code, () => {
    test.each(cases)('%s', (_, counts, options, known, told) => {
      const caveat = caveatOf(code, counts, options, known);
      expect(caveat && `${caveat.count} ${caveat.weight}`).toBe(told);
    });
  });
}

const failOn = (...kinds: string[]): Partial<CaveatOptions> => ({ failOn: new Set(kinds) });
const UNVERIFIABLE = callCount({ category: 'orphaned', unverifiable: true, calls: 2 });

tells('unverifiable_calls', [
  ['are undecided where orphaned calls are to fail', [UNVERIFIABLE], {}, {}, '2 undecided'],
  ['are a note where they are not', [UNVERIFIABLE], failOn('no_source_identity'), {}, '2 note'],
  ['are counted where they are listed', [UNVERIFIABLE], { role: arn('Other') }, {}, undefined],
  ['are none among calls that were judged', [callCount(), trackedCount('dev')], {}, {}, undefined],
]);

test('unverifiable calls are told with the time for which sessions are complete', () => {
  const at = (time: string): number => parseInstant(time)!.seconds;
  const spans = [
    { from: at('2026-01-10T00:00:00Z'), to: at('2026-01-11T00:00:00Z') },
    { from: at('2026-01-20T00:00:00Z'), to: at('2026-01-21T00:00:00Z') },
  ];
  const known = { sessions: sessionCoverage([], spans) };
  expect(caveatOf('unverifiable_calls', [UNVERIFIABLE], {}, known)?.text).toMatch(
    / complete only from 2026-01-10T00:00:00Z to 2026-01-11T00:00:00Z, and 2026-01-20T00:00:00Z to 2026-01-21T00:00:00Z$/,
  );
  expect(caveatOf('unverifiable_calls', [UNVERIFIABLE])?.text).toMatch(
    / not known to be complete for any time$/,
  );
});

const PERMITTED = callCount({ allowedBy: 'ci', roleArn: arn('Ci') });

tells('unknown_role', [
  ['is told where no call assumed it', [callCount()], { role: arn('Other') }, {}, '1 note'],
  ['is not told where none is asked for', [], {}, {}, undefined],
  ['is known where a pattern matches a role', [callCount()], { role: '*/Ad*' }, {}, undefined],
  ['is known by a permitted call', [PERMITTED], { role: arn('Ci') }, {}, undefined],
  [
    'is not known by calls without a role, though they are listed',
    [callCount({ roleArn: undefined })],
    { role: arn('Other') },
    {},
    '1 note',
  ],
  [
    'is known by a call that a profile leaves out',
    [callCount()],
    { role: arn('Admin'), profile: 'dev' },
    {},
    undefined,
  ],
]);

tells('unknown_profile', [
  ['is undecided', [callCount()], { profile: 'prod' }, {}, '1 undecided'],
  ['is known by whatever names it', [], { profile: 'prod' }, { named: ['prod'] }, undefined],
  ['is known by a tracked call', [trackedCount('prod')], { profile: 'prod' }, {}, undefined],
  ['is known by the ARN of a role', [callCount()], { profile: arn('Admin') }, {}, undefined],
  ['is known by the name of a role', [callCount()], { profile: 'Admin' }, {}, undefined],
]);

test('an unknown profile is told with a similar name, which may be a role’s', () => {
  const options = { profile: 'Admni' };
  expect(caveatOf('unknown_profile', [callCount()], options)?.text).toMatch(
    /profile Admni: did you mean Admin\?$/,
  );
  expect(caveatOf('unknown_profile', [], options)?.text).toMatch(/profile Admni$/);
});

const OF_PROD = { profile: 'prod' };

tells('unattributed_calls', [
  [
    'are untracked calls that only a name places, where no role of the profile is known',
    [callCount({ calls: 3 }), trackedCount('dev', { roleArn: arn('Dev') })],
    OF_PROD,
    {},
    '3 undecided',
  ],
  ['are not told where no profile is asked for', [callCount()], {}, {}, undefined],
  [
    'are none where a role of the profile is known',
    [callCount(), trackedCount('prod', { roleArn: arn('Prod') })],
    OF_PROD,
    {},
    undefined,
  ],
  [
    'are not those of a role with the name of the profile: they are listed',
    [callCount({ roleArn: arn('prod') })],
    OF_PROD,
    {},
    undefined,
  ],
  [
    'are not those of a role that is known to be another profile’s',
    [callCount(), trackedCount('dev')],
    OF_PROD,
    {},
    undefined,
  ],
  [
    'are not those without a role, nor permitted ones',
    [callCount({ roleArn: undefined }), PERMITTED],
    OF_PROD,
    {},
    undefined,
  ],
]);

const UNCHECKED = trackedCount('dev', { isChecked: false, calls: 3 });

tells('unchecked_calls', [
  ['are a note', [UNCHECKED, trackedCount('dev')], {}, {}, '3 note'],
  [
    'are undecided where after_revocation is to fail',
    [UNCHECKED],
    failOn('after_revocation'),
    {},
    '3 undecided',
  ],
  [
    'are undecided where outside_session is to fail',
    [UNCHECKED],
    failOn('outside_session'),
    {},
    '3 undecided',
  ],
  [
    'are a note where other anomalies are to fail',
    [UNCHECKED],
    failOn('user_mismatch'),
    {},
    '3 note',
  ],
]);

const NOBODY_SAID = { hasBrokers: false };
const EXPLICIT = { explicit: new Map([['Dev', 'dev']]), awsConfig: new Map() };
const CONFIG = { explicit: new Map(), awsConfig: new Map([[arn('Dev'), ['dev']]]) };
const TRACKED = [trackedCount('dev', { calls: 4 }), callCount()];

tells('unchecked_callers', [
  ['are those of tracked calls where no broker is known', TRACKED, NOBODY_SAID, {}, '4 note'],
  ['are none where brokers are known', TRACKED, { hasBrokers: true }, {}, undefined],
  [
    'are none where a map is given',
    TRACKED,
    { ...NOBODY_SAID, knownRoles: EXPLICIT },
    {},
    undefined,
  ],
  [
    'are none where an AWS config is given',
    TRACKED,
    { ...NOBODY_SAID, knownRoles: CONFIG },
    {},
    undefined,
  ],
]);

const WITH_TAG = callCount({ hasTag: true });
const BARE = {
  sessions: sessionCoverage(
    [
      { name: 'table t', sessions: undefined, withoutIdentity: 0 },
      { name: 'session files', sessions: 10, withoutIdentity: 4 },
    ],
    [],
  ),
};

tells('no_source_identity', [
  ['is told where no call carries one', [callCount({ calls: 7 })], {}, {}, '7 note'],
  ['is not told where one does', [callCount(), trackedCount('dev')], {}, {}, undefined],
  ['is not told where one has a tag', [callCount(), WITH_TAG], {}, {}, undefined],
  [
    'is not told where as many have one as have a tag',
    [callCount(), WITH_TAG, trackedCount('dev')],
    {},
    {},
    undefined,
  ],
  [
    'is not told where a permitted one does, or one of another role than is asked for',
    [callCount(), callCount({ hasIdentity: true, allowedBy: 'ci', roleArn: arn('Other') })],
    { role: arn('Admin') },
    {},
    undefined,
  ],
  ['is not told of no calls', [], {}, {}, undefined],
]);

tells('sessions_without_identity', [
  ['are told where calls can be joined', [callCount(), trackedCount('dev')], {}, BARE, '4 note'],
  ['are told where only some calls have a tag', [callCount(), WITH_TAG], {}, BARE, '4 note'],
  ['are not told where each call has a tag', [WITH_TAG], {}, BARE, undefined],
  ['are not told where no call carries anything', [callCount()], {}, BARE, undefined],
  ['are not told where every session has one', [trackedCount('dev')], {}, {}, undefined],
]);

const orphaned = (more: Partial<CallCount>): CallCount =>
  callCount({ category: 'orphaned', hasIdentity: true, ...more });
const ORPHANS = [
  orphaned({ naming: 'tvm', calls: 2 }),
  orphaned({ naming: 'cli', calls: 3 }),
  orphaned({ naming: 'tvm', hasTag: true }),
  orphaned({ naming: undefined }),
  callCount({ naming: 'tvm' }),
  callCount({ naming: 'cli' }),
];

tells('orphans_of_tvm', [
  ['have no tag', ORPHANS, {}, {}, '2 note'],
  ['are those that are listed', ORPHANS, { role: arn('Other') }, {}, undefined],
]);
tells('orphans_of_cli', [['are named by it', ORPHANS, {}, {}, '3 note']]);

const ANOMALOUS = trackedCount('prod', { anomalies: ['user_mismatch'] });

tells('suspected_profile', [
  [
    'counts untracked calls of a role that an anomalous call claims',
    [ANOMALOUS, callCount({ calls: 5 }), callCount({ roleArn: arn('Other') })],
    {},
    {},
    '5 note',
  ],
  [
    'counts them also where another profile has a sure claim, and one has the name of the role',
    [ANOMALOUS, trackedCount('dev'), callCount({ calls: 5 })],
    {},
    { named: ['Admin'] },
    '5 note',
  ],
  ['does not count tracked ones', [ANOMALOUS], {}, {}, undefined],
  ['does not count permitted ones', [ANOMALOUS, callCount({ allowedBy: 'ci' })], {}, {}, undefined],
  [
    'is not told where other calls are sure of the same profile',
    [ANOMALOUS, trackedCount('prod'), callCount()],
    {},
    { named: ['Admin'] },
    undefined,
  ],
]);

tells('disagreeing_sources', [
  [
    'counts roles',
    [trackedCount('prod', { roleArn: arn('Dev'), calls: 9 })],
    { knownRoles: EXPLICIT },
    {},
    '1 note',
  ],
  ['is none where they agree', [trackedCount('dev')], { knownRoles: EXPLICIT }, {}, undefined],
]);

describe('unused_map_roles', () => {
  const explicit = new Map([
    ['Admin', 'a'],
    [arn('Dev'), 'b'],
    ['Qa', 'c'],
    [arn('Ops'), 'd'],
  ]);
  const knownRoles = { explicit, awsConfig: new Map() };
  const counts = [callCount(), callCount({ roleArn: arn('Dev') })];

  test('are those whose ARN or name no call assumed', () => {
    const { text, count } = caveatOf('unused_map_roles', counts, { knownRoles }) ?? {};
    expect(text).toMatch(new RegExp(`: Qa, ${arn('Ops')}$`));
    expect(count).toBe(2);
  });

  test('are not told where one role is asked for', () => {
    const options = { knownRoles, role: arn('Admin') };
    expect(caveatOf('unused_map_roles', counts, options)).toBeUndefined();
  });
});

const rule = (until?: string): Partial<CaveatOptions> => ({
  allow: [{ name: 'ci', reason: 'r', until: until === undefined ? until : parseInstant(until) }],
});

tells('unused_allow_rule', [
  ['permitted no call', [callCount()], rule(), {}, '1 note'],
  ['is none that permitted a call', [PERMITTED], rule(), {}, undefined],
  ['is told apart from one that expired', [], rule('2026-01-24T00:00:00Z'), {}, undefined],
  ['is told before it expires', [], rule('2026-01-24T00:00:01Z'), {}, '1 note'],
]);
tells('expired_allow_rule', [
  ['is told as soon as its time has come', [], rule('2026-01-24T00:00:00Z'), {}, '1 note'],
  ['is told though it permitted a call', [PERMITTED], rule('2026-01-20T00:00:00Z'), {}, '1 note'],
  ['is not told before', [], rule('2026-01-24T00:00:01Z'), {}, undefined],
]);

tells('contradicting_records', [
  ['are counted', [], {}, { contradictions: 2 }, '2 note'],
  ['are not told where there are none', [callCount()], {}, {}, undefined],
]);
tells('still_delivering', [
  ['is told', [], {}, { freshUntil: parseInstant('2026-01-23T23:50:00Z') }, '1 note'],
  ['is not told of what is over', [callCount()], {}, {}, undefined],
]);

test('sessions and calls that can only be joined by an id are told with their numbers', () => {
  const caveat = caveatOf('sessions_without_identity', [callCount(), WITH_TAG], {}, BARE);
  expect(caveat?.text).toMatch(
    /^no source identity on 4 of 10 session rows, no session tag on 1 of 2 calls:/,
  );
});

test('calls that cannot be verified are undecided where any of them would fail as a finding, or as orphaned', () => {
  const weightFor = (...kinds: string[]): string =>
    weightOf(
      [callCount({ unverifiable: true }), callCount({ category: 'non_sentinel_format' })],
      new Set(kinds),
    );
  expect(weightFor('orphaned')).toBe('undecided');
  expect(weightFor('no_source_identity')).toBe('undecided');
  expect(weightFor('outside_session')).toBe('note');
  expect(weightFor()).toBe('note');
});
