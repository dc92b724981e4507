import { expect, test } from 'vitest';
import { ReachOfCalls } from '../../src/audit/reach-of-calls.js';
import { roleEvent } from '../support/records.js';

const NOTHING_SAID = { regions: undefined, files: undefined, missing: [] };
const call = (day: string, region?: string, account?: string): ReturnType<typeof roleEvent> => ({
  ...roleEvent(0),
  eventTime: `2026-01-${day}T12:00:00Z`,
  region,
  accountId: account,
});

test('accounts and regions are told once and sorted, with the first and the last day', () => {
  const reach = new ReachOfCalls();
  reach.add([call('20', 'us-east-1', '222222222222'), call('22', 'eu-west-1', '111111111111')]);
  reach.add([call('19', 'us-east-1', '222222222222'), call('21')]);
  expect(reach.coverage({ ...NOTHING_SAID, files: 3, missing: ['a day'] })).toEqual({
    accounts: ['111111111111', '222222222222'],
    regions: ['eu-west-1', 'us-east-1'],
    firstDay: '2026-01-19',
    lastDay: '2026-01-22',
    files: 3,
    missing: ['a day'],
    unseen: [],
  });
});

test('a group reaches to its last call', () => {
  const reach = new ReachOfCalls();
  reach.add([{ ...call('20'), until: '2026-01-23T00:00:00Z' }, call('21')]);
  expect(reach.coverage(NOTHING_SAID)).toMatchObject({
    firstDay: '2026-01-20',
    lastDay: '2026-01-23',
  });
});

test('regions that were asked are told though no call is from there', () => {
  const reach = new ReachOfCalls();
  reach.add([call('20', 'us-east-1')]);
  const { regions } = reach.coverage({ ...NOTHING_SAID, regions: ['us-east-1', 'eu-west-1'] });
  expect(regions).toEqual(['eu-west-1', 'us-east-1']);
});

test('without a call there are no days', () => {
  expect(new ReachOfCalls().coverage(NOTHING_SAID)).toMatchObject({
    accounts: [],
    regions: [],
    firstDay: undefined,
    lastDay: undefined,
  });
});

test('what was asked for is unseen only where neither a path nor a call shows it', () => {
  const reach = new ReachOfCalls();
  reach.add([call('20', 'us-east-1', '222222222222')]);
  const unseen = [
    { kind: 'account', name: '222222222222' },
    { kind: 'account', name: '333333333333' },
    { kind: 'region', name: 'eu-west-1' },
  ] as const;
  expect(reach.coverage({ ...NOTHING_SAID, unseen }).unseen).toEqual([
    'account 333333333333',
    'region eu-west-1',
  ]);
});
