import { describe, expect, test } from 'vitest';
import {
  type Device,
  type PolicyRule,
  matches,
  profilesNamed,
} from '../../../src/model/policy/policy.js';
import { request, rule } from './rules.js';

describe('a rule matches', () => {
  test.each<[string, Partial<PolicyRule>, Parameters<typeof request>[0], boolean]>([
    ['everything, without conditions', {}, {}, true],
    ['its profile', { profiles: ['dev', 'prod'] }, {}, true],
    ['no other profile', { profiles: ['dev'] }, {}, false],
    ['names exactly', { profiles: ['pro*', 'Prod'] }, {}, false],
    ['its user', { users: ['alice'] }, {}, true],
    ['no other user', { users: ['bob'] }, {}, false],
    ['its mode', { mode: ['cli', 'server'] }, {}, true],
    ['no other mode', { mode: ['cli'] }, {}, false],
    [
      'any device, asking for nothing',
      { device: { requireMdm: false, allowedOsTypes: [] } },
      {},
      true,
    ],
    ['any time, asking for nothing', { time: { days: [] } }, {}, true],
    ['only where all conditions hold', { profiles: ['prod'], users: ['bob'] }, {}, false],
  ])('%s', (_, conditions, asked, expected) => {
    expect(matches(rule(conditions), request(asked))).toBe(expected);
  });

  test.each<[PolicyRule['device'], Device | undefined, boolean]>([
    [{ requireMdm: true }, undefined, false],
    [{ requireMdm: true }, {}, false],
    [{ requireMdm: true }, { mdmEnrolled: false }, false],
    [{ requireMdm: true }, { mdmEnrolled: true }, true],
    [{ requireMdmCompliant: true }, { mdmEnrolled: true }, false],
    [{ requireMdmCompliant: true }, { mdmCompliant: true }, true],
    [{ requireEncryption: true, requireFirewall: true }, { diskEncrypted: true }, false],
    [{ requireEncryption: true }, { diskEncrypted: true }, true],
    [{ requireEncryption: true }, { mdmEnrolled: true }, false],
    [{ requireEncryption: true }, undefined, false],
    [{ requireFirewall: true }, { firewallEnabled: true }, true],
    [{ requireFirewall: true }, undefined, false],
    [{ requireMdmCompliant: true }, undefined, false],
    [{ minOsVersion: '0' }, {}, false],
    [{ minOsVersion: '0' }, undefined, false],
    [{ minOsVersion: '14.2' }, { osVersion: '14..2' }, true],
    [{ minOsVersion: '14.2' }, {}, false],
    [{ minOsVersion: '14.2' }, { osVersion: '14.10' }, true],
    [{ minOsVersion: '14.2' }, { osVersion: '14.2.0' }, true],
    [{ minOsVersion: '14.2.1' }, { osVersion: '14.2' }, false],
    [{ minOsVersion: '14.2-beta1' }, { osVersion: '14.2' }, true],
    [{ minOsVersion: '14' }, { osVersion: '9.9' }, false],
    [{ allowedOsTypes: ['Darwin'] }, { osType: 'darwin' }, true],
    [{ allowedOsTypes: ['darwin'] }, { osType: 'linux' }, false],
    [{ allowedOsTypes: ['darwin'] }, {}, false],
    [{ allowedOsTypes: [''] }, {}, false],
    [{ allowedOsTypes: ['windows', 'darwin'] }, { osType: 'darwin' }, true],
  ])('with %j the device %j: %j', (device, shown, expected) => {
    expect(matches(rule({ device }), request({ device: shown }))).toBe(expected);
  });

  const office = { hours: { start: '09:00', end: '18:00' } };
  const monday = { days: ['monday'] as const };
  test.each<[PolicyRule['time'], string, boolean]>([
    [office, '2026-01-19T08:59:59.999Z', false],
    [office, '2026-01-19T09:00:00Z', true],
    [office, '2026-01-19T17:59:59.999Z', true],
    [office, '2026-01-19T18:00:00Z', false],
    [{ hours: { start: '09:30', end: '17:45' } }, '2026-01-19T09:29:59Z', false],
    [{ hours: { start: '09:30', end: '17:45' } }, '2026-01-19T09:30:00Z', true],
    [{ hours: { start: '09:30', end: '17:45' } }, '2026-01-19T17:44:59Z', true],
    [{ hours: { start: '09:30', end: '17:45' } }, '2026-01-19T17:45:00Z', false],
    [monday, '2026-01-18T23:59:59Z', false],
    [monday, '2026-01-19T00:00:00Z', true],
    [monday, '2026-01-20T00:00:00Z', false],
    [{ hours: { start: '22:00', end: '06:00' } }, '2026-01-19T23:00:00Z', false],
    [{ hours: { start: '09:00', end: '09:00' } }, '2026-01-19T09:00:00Z', false],
    [{ ...office, timezone: 'Europe/Berlin' }, '2026-01-19T08:00:00Z', true],
    [{ ...office, timezone: 'Europe/Berlin' }, '2026-07-20T07:00:00Z', true],
    [{ ...office, timezone: 'Europe/Berlin' }, '2026-01-19T07:59:00Z', false],
    [{ ...office, timezone: 'Asia/Kathmandu' }, '2026-01-19T03:15:00Z', true],
    [{ ...office, timezone: 'Asia/Kathmandu' }, '2026-01-19T03:14:00Z', false],
    [{ ...monday, timezone: 'America/New_York' }, '2026-01-20T04:59:00Z', true],
    [{ ...monday, timezone: 'Pacific/Auckland' }, '2026-01-18T11:00:00Z', true],
  ])('at its time: %j at %s: %j', (time, at, expected) => {
    expect(matches(rule({ time }), request({ at }))).toBe(expected);
  });
});

test('the profiles that a policy names are listed once, sorted', () => {
  const rules = [rule({ profiles: ['prod', 'dev'] }), rule({}), rule({ profiles: ['dev', 'a'] })];
  expect(profilesNamed({ rules })).toEqual(['a', 'dev', 'prod']);
});
