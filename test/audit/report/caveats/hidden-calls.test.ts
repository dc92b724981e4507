import { expect, test } from 'vitest';
import { hiddenCalls } from '../../../../src/audit/report/caveats/hidden-calls.js';
import type { CallCount } from '../../../../src/model/verdict/call-count.js';
import { arn, callCount, trackedCount } from '../../counts.js';
import { OPTIONS, evidenceOf } from '../../evidence-of.js';

const PROD = trackedCount('prod', { roleArn: arn('Prod') });
const DEV = trackedCount('dev');
const BYPASS = callCount();
const LOST = callCount({ category: 'orphaned', unverifiable: true });
const LATER = trackedCount('dev', { hop: 'later' });
const NO_ROLE = callCount({ roleArn: undefined });
const MAP = { explicit: new Map([['Admin', 'dev']]), awsConfig: new Map() };

test.each<[string, readonly CallCount[], readonly CallCount[]]>([
  ['a call that only a name places, where no role of prod is known', [BYPASS], [BYPASS]],
  ['a call that does not say its role, there too', [DEV, NO_ROLE], [NO_ROLE]],
  ['nothing where a role of prod is known', [PROD, BYPASS, NO_ROLE], []],
  ['nothing where another way places the call', [DEV, BYPASS], []],
  ['no permitted call', [{ ...BYPASS, allowedBy: 'ci' }], []],
  ['no call of a role that is called so', [callCount({ roleArn: arn('prod') })], []],
  [
    'a call of a role that was also assumed with a session that is gone, though roles are known',
    [PROD, DEV, LOST, BYPASS],
    [BYPASS],
  ],
  ['no permitted call of such a role', [PROD, DEV, LOST, { ...BYPASS, allowedBy: 'ci' }], []],
  ['no tracked call, though nothing but the name places its role', [LATER], []],
  ['no call of another role than that', [PROD, { ...LOST, roleArn: arn('Gone') }, BYPASS], []],
  ['nothing by a later hop, which teaches nothing', [PROD, { ...LOST, hop: 'later' }, BYPASS], []],
  [
    'no call that counts for prod',
    [PROD, { ...LOST, ...role('Prod') }, { ...BYPASS, ...role('Prod') }],
    [],
  ],
])('hidden from prod is %s', (_, counts, hidden) => {
  expect(hiddenCalls(evidenceOf(counts))('prod').counts).toEqual(hidden);
});

test('the profile map settles what a session that is gone leaves open', () => {
  const evidence = evidenceOf([PROD, LOST, BYPASS], {}, { ...OPTIONS, knownRoles: MAP });
  expect(hiddenCalls(evidence)('prod').counts).toEqual([]);
});

test('it is said whether any role of the profile is known', () => {
  const hidden = hiddenCalls(evidenceOf([PROD, BYPASS]));
  expect(['prod', 'dev'].map((profile) => hidden(profile).isWithoutRole)).toEqual([false, true]);
});

function role(name: string): Pick<CallCount, 'roleArn'> {
  return { roleArn: arn(name) };
}
