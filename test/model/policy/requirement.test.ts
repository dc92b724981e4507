import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requirementOf, requirements } from '../../../src/model/policy/requirement.js';
import {
  type Device,
  EFFECTS,
  MODES,
  type Policy,
  type PolicyRequest,
  type PolicyRule,
  WEEKDAYS,
  matches,
} from '../../../src/model/policy/policy.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import { request, rule, tracked } from './rules.js';

describe('a profile', () => {
  const hours = (start: string, end: string, timezone?: string): PolicyRule['time'] => ({
    hours: { start, end },
    timezone,
  });
  const sunday = (start: string, end: string, timezone: string): PolicyRule['time'] => ({
    ...hours(start, end, timezone),
    days: ['sunday'],
  });

  test.each<[string, readonly PolicyRule[], string | undefined, string]>([
    ['is required', [tracked({ profiles: ['prod'] })], 'tracked', 'rule "tracked"'],
    ['is required by a rule for any', [tracked({})], 'tracked', 'rule "tracked"'],
    [
      'is required by the first such rule',
      [tracked({ name: 'a', users: ['bob'] }), tracked({ name: 'b' })],
      'a',
      'rule "a"',
    ],
    [
      'is not named',
      [tracked({ profiles: ['dev'] })],
      undefined,
      'no require_server_session rule names it',
    ],
    ['is allowed', [rule({})], undefined, 'no require_server_session rule names it'],
    [
      'is tracked in another mode only',
      [tracked({ mode: ['cli'] })],
      undefined,
      'rule "tracked" is not for server mode',
    ],
    [
      'has an allow rule first',
      [rule({ name: 'open', profiles: ['prod'] }), tracked({ users: ['bob'] })],
      undefined,
      'rule "open" comes first for every request that rule "tracked" matches',
    ],
    [
      'has rules first that leave nothing together',
      [
        rule({ time: hours('00:00', '12:00') }),
        rule({ time: hours('12:00', '18:00') }),
        tracked({ time: hours('09:00', '18:00') }),
      ],
      undefined,
      'earlier rules come first for every request that rule "tracked" matches',
    ],
    [
      'has hours that never come',
      [tracked({ time: hours('22:00', '06:00') })],
      undefined,
      'the hours of rule "tracked" never come',
    ],
    [
      'has an allow rule for cli first',
      [rule({ mode: ['cli'] }), tracked({})],
      'tracked',
      'rule "tracked"',
    ],
    [
      'has an allow rule for a user first',
      [rule({ users: ['anyone'] }), tracked({})],
      'tracked',
      'rule "tracked"',
    ],
    [
      'has an allow rule for a known device first',
      [rule({ device: { requireMdm: true } }), tracked({})],
      'tracked',
      'rule "tracked"',
    ],
    [
      'has an allow rule for less of a device first',
      [rule({ device: { minOsVersion: '14' } }), tracked({ device: { minOsVersion: '14.0.1' } })],
      undefined,
      'rule "r" comes first for every request that rule "tracked" matches',
    ],
    [
      'has one operating system left',
      [
        rule({ device: { allowedOsTypes: ['darwin'] } }),
        tracked({ device: { allowedOsTypes: ['darwin', 'linux'] } }),
      ],
      'tracked',
      'rule "tracked"',
    ],
    [
      'has the last minute of the day left',
      [rule({ time: hours('00:00', '23:59') }), tracked({})],
      'tracked',
      'rule "tracked"',
    ],
    [
      'has an hour left by zones that never change',
      [
        rule({ time: hours('03:15', '12:15') }),
        tracked({ time: hours('09:00', '18:00', 'Asia/Kathmandu') }),
      ],
      undefined,
      'rule "r" comes first for every request that rule "tracked" matches',
    ],
    [
      'has the hour left by which summer shifts',
      [
        rule({ time: hours('08:00', '17:00') }),
        tracked({ time: hours('09:00', '18:00', 'Europe/Berlin') }),
      ],
      'tracked',
      'rule "tracked"',
    ],
    [
      // New York is 5 hours behind Berlin but for the weeks in March and October when it is 4.
      'has the hour left of the weeks when one continent changed its clocks before the other',
      [
        rule({ time: hours('15:00', '16:00', 'Europe/Berlin') }),
        tracked({ time: hours('09:00', '10:00', 'America/New_York') }),
      ],
      'tracked',
      'rule "tracked"',
    ],
    [
      // Jerusalem goes back two hours before Berlin: 03:00 in both would be, were it not for Berlin's own change.
      'has no hour at the very instant at which a clock is put back',
      [
        rule({ name: 'allow', time: sunday('04:00', '04:30', 'Asia/Jerusalem') }),
        tracked({ time: sunday('03:00', '03:30', 'Europe/Berlin') }),
      ],
      undefined,
      'rule "allow" comes first for every request that rule "tracked" matches',
    ],
  ])('%s', (_, rules, name, why) => {
    const found = requirementOf({ rules }, 'prod');
    expect(found).toMatchObject({ required: name !== undefined, rule: name, why });
    const { witness } = found;
    if (witness !== undefined) {
      expect(rules.find((each) => matches(each, witness))?.name).toBe(name);
    }
  });

  test('of a nasty policy is decided while one waits', () => {
    const zones = Intl.supportedValuesOf('timeZone').filter((_, at) => at % 15 === 0);
    const clock = (minute: number): string =>
      `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    const allowed = Array.from({ length: 60 }, (_, at) =>
      rule({
        name: `allow ${at}`,
        users: at % 3 === 0 ? [] : [`user${at % 20}`],
        device: at % 4 === 0 ? { requireMdm: true } : undefined,
        time: {
          days: [WEEKDAYS[at % 7]!, WEEKDAYS[(at + 3) % 7]!],
          hours: { start: clock((at * 37) % 700), end: clock(((at * 37) % 700) + 700) },
          timezone: zones[at % zones.length],
        },
      }),
    );
    const whole = WEEKDAYS.map((day) =>
      rule({ time: { days: [day], hours: { start: '00:00', end: '23:59' } } }),
    );
    const users = Array.from({ length: 20 }, (_, at) => `user${at}`);
    const last = Array.from({ length: 10 }, () =>
      tracked({ users, time: { hours: { start: '08:00', end: '20:00' } } }),
    );
    expect(requirementOf({ rules: [...allowed, ...whole, ...last] }, 'prod').required).toBe(false);
  });
});

describe('requirementOf', () => {
  const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(value, { nil: undefined });
  const CLOCKS = ['00:00', '08:00', '09:00', '10:30', '17:00', '18:00', '23:00', '23:30'];
  const times = fc.record({
    days: fc.oneof(fc.constant([]), fc.subarray([...WEEKDAYS])),
    hours: maybe(fc.record({ start: fc.constantFrom(...CLOCKS), end: fc.constantFrom(...CLOCKS) })),
    timezone: maybe(fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu')),
  });
  const flag = maybe(fc.boolean());
  const devices = fc.record({
    requireMdm: flag,
    requireFirewall: flag,
    minOsVersion: maybe(fc.constantFrom('14', '14.2')),
    allowedOsTypes: maybe(fc.subarray(['darwin', 'linux'])),
  });
  const rules = fc.record({
    name: fc.constant(''),
    effect: fc.constantFrom(...EFFECTS, 'require_server_session' as const),
    profiles: fc.subarray(['prod', 'dev']),
    users: fc.oneof(fc.constant([]), fc.subarray(['alice', 'bob'])),
    mode: fc.oneof(fc.constant([]), fc.subarray([...MODES])),
    device: maybe(devices),
    time: maybe(times),
  });
  const policies: fc.Arbitrary<Policy> = fc
    .array(rules, { minLength: 1, maxLength: 5 })
    .map((all) => ({ rules: all.map((each, at) => ({ ...each, name: `rule ${at}` })) }));

  const either = [undefined, true];
  const shown: readonly (Device | undefined)[] = [
    undefined,
    ...either.flatMap((mdmEnrolled) =>
      either.flatMap((firewallEnabled) =>
        [undefined, '13', '14', '14.2'].flatMap((osVersion) =>
          [undefined, 'darwin', 'linux', 'windows'].map((osType) => {
            return { mdmEnrolled, firewallEnabled, osVersion, osType };
          }),
        ),
      ),
    ),
  ];
  const HALF_HOURS = 2 * 24 * 14;
  const weeksFrom = (day: string): readonly number[] =>
    Array.from({ length: HALF_HOURS }, (_, at) => parseInstant(day)!.seconds + at * 1_800);
  // New York changes on 8 March, Berlin on 29 March: between them, and across both.
  const instants = [...weeksFrom('2026-03-01T00:00:00Z'), ...weeksFrom('2026-03-22T00:00:00Z')];

  const firstOf = (policy: Policy, asked: PolicyRequest): PolicyRule | undefined =>
    policy.rules.find((each) => matches(each, asked));

  /** The first rules of all sampled requests. What does not depend on the others is asked once. */
  function firstRules(policy: Policy, profile: string): Set<PolicyRule> {
    const signature = (parts: readonly Partial<PolicyRule>[], asked: PolicyRequest): string =>
      parts.map((part) => Number(matches(rule(part), asked))).join('');
    const distinct = (all: readonly PolicyRequest[], part: 'device' | 'time'): PolicyRequest[] => {
      const parts = policy.rules.map((each) => ({ [part]: each[part] }));
      return [...new Map(all.map((asked) => [signature(parts, asked), asked])).values()];
    };
    const base = request({ profile });
    const atTimes = distinct(
      instants.map((seconds) => ({ ...base, at: { seconds, nanos: 0 } })),
      'time',
    );
    const onDevices = distinct(
      shown.map((device) => ({ ...base, device })),
      'device',
    );
    const found = new Set<PolicyRule>();
    for (const user of ['alice', 'bob', 'carol']) {
      for (const { at } of atTimes) {
        for (const { device } of onDevices) {
          const first = firstOf(policy, { ...base, user, at, device });
          if (first !== undefined) found.add(first);
        }
      }
    }
    return found;
  }

  test('agrees with evaluating the policy for many requests', () => {
    const seen = { required: 0, not: 0 };
    fc.assert(
      fc.property(policies, fc.constantFrom('prod', 'dev', 'other'), (policy, profile) => {
        const { required: isRequired, rule: name, witness } = requirementOf(policy, profile);
        seen[isRequired ? 'required' : 'not']++;
        const sampled = [...firstRules(policy, profile)]
          .filter(({ effect }) => effect === 'require_server_session')
          .map((each) => policy.rules.indexOf(each));
        if (witness !== undefined) {
          expect(witness).toMatchObject({ profile, mode: 'server' });
          const first = firstOf(policy, witness);
          expect(first).toMatchObject({ name, effect: 'require_server_session' });
          const at = policy.rules.indexOf(first!);
          for (const other of sampled) expect(other).toBeGreaterThanOrEqual(at);
        }
        expect(isRequired).toBe(witness !== undefined);
        if (sampled.length > 0) expect(isRequired).toBe(true);
      }),
      { numRuns: 250 },
    );
    expect(Math.min(seen.required, seen.not)).toBeGreaterThan(20);
  });
});

test('without a policy nothing is required; with one the answer is the same each time', () => {
  expect(requirements(undefined)('prod')).toEqual({ required: false, rule: undefined });
  const requirement = requirements({ rules: [tracked({ profiles: ['prod'] })] });
  for (const [profile, required] of [
    ['prod', true],
    ['dev', false],
    ['prod', true],
  ] as const) {
    expect(requirement(profile)).toMatchObject({ required });
  }
});
