import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPolicy } from '../../../src/options/files/policy-file.js';
import { temporaryFolder } from '../../support/contracts.js';

function policyFile(content: string): ReturnType<typeof readPolicy> {
  const path = join(temporaryFolder(), 'policy.yaml');
  writeFileSync(path, content);
  return readPolicy(path);
}

async function warningsOf(...rules: readonly string[]): Promise<readonly string[]> {
  const { warnings } = await policyFile(`{ version: "1", rules: [${rules.join(', ')}] }`);
  return warnings.map((line) => line.replace(/^.*policy\.yaml: /, ''));
}

async function errorsOf(content: string): Promise<readonly string[]> {
  const failure: unknown = await policyFile(content).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'UsageError', option: '--policy', exitCode: 2 });
  return (failure as Error).message.split('\n').map((line) => line.replace(/^.*policy\.yaml:/, ''));
}

describe('a policy file', () => {
  test('has its rules in their order', async () => {
    const { policy, warnings } = await policyFile(`version: "1"
rules:
  - name: prod-requires-tracked-sessions
    effect: require_server_session
    conditions:
      profiles: [prod]
      users: [alice]
      mode: [server]
      device:
        require_mdm: true
        require_encryption: true
        require_mdm_compliant: false
        require_firewall: true
        min_os_version: "14.2"
        allowed_os_types: [darwin, Linux]
      time: { days: [monday], hours: { start: "09:00", end: 18:00 }, timezone: Europe/Berlin }
    reason: tracked
    session_table: sentinel-sessions
    max_server_duration: 15m
  - { name: dev, effect: allow, conditions: { profiles: [dev] } }
`);
    expect(warnings).toEqual([]);
    expect(policy.rules).toEqual([
      {
        name: 'prod-requires-tracked-sessions',
        effect: 'require_server_session',
        profiles: ['prod'],
        users: ['alice'],
        mode: ['server'],
        device: {
          requireMdm: true,
          requireEncryption: true,
          requireMdmCompliant: false,
          requireFirewall: true,
          minOsVersion: '14.2',
          allowedOsTypes: ['darwin', 'Linux'],
        },
        time: {
          days: ['monday'],
          hours: { start: '09:00', end: '18:00' },
          timezone: 'Europe/Berlin',
        },
      },
      { name: 'dev', effect: 'allow', profiles: ['dev'], users: [], mode: [] },
    ]);
  });

  test.each(['15m', '1h30m', '1.5h', '.5s', '90s', '100\u00b5s', '"0"'])(
    'may cap sessions at %s',
    async (duration) => {
      const rule = `{ name: a, effect: allow, max_server_duration: ${duration} }`;
      await expect(policyFile(`{ version: "1", rules: [${rule}] }`)).resolves.toBeDefined();
    },
  );

  test.each([
    ['conditions:', ''],
    ['conditions: { profiles: , users: , mode: , device: , time: }', 'conditions: {}'],
    ['conditions: { profiles: null, users: ~ }', 'conditions: {}'],
    ['conditions: { device: { allowed_os_types: } }', 'conditions: { device: {} }'],
    ['conditions: { time: { days: , timezone: UTC } }', 'conditions: { time: { timezone: UTC } }'],
  ])('takes a key without a value for none: %s', async (given, without) => {
    const read = (conditions: string): ReturnType<typeof policyFile> =>
      policyFile(`version: "1"\nrules:\n- name: a\n  effect: deny\n  ${conditions}\n`);
    const [told, expected] = [await read(given), await read(without)];
    expect(told.policy).toEqual(expected.policy);
    const rest = (lines: readonly string[]): unknown =>
      lines.map((line) => line.split(': ').slice(1));
    expect(rest(told.warnings)).toEqual(rest(expected.warnings));
  });

  test('says all that is wrong with it, each with its place', async () => {
    const content = `version: 1
rules:
  - effect: permit
    conditions: { profile: [prod], profiles: prod }
  - name: ""
    effect: Allow
    conditions:
      mode: [browser]
      users: [7]
      device: { require_mdm: "yes", min_os_version: 14.2, allowed_os_types: darwin, mdm: true }
      time:
        days: [Monday, noday]
        hours: { start: "9:00", end: "24:00" }
        timezone: Europe/Nowhere
  - name: c
    effect: deny
    when: always
    conditions:
      device: { min_os_version: latest }
      time: { hours: { start: "09:00" }, timezone: europe/berlin }
    max_server_duration: 1d
`;
    expect(await errorsOf(content)).toEqual([
      '1:10: version: expected 1, found 1: put it in quotes, "1"',
      '3:5: rules.0.name: is missing: expected a text',
      '3:13: rules.0.effect: expected one of allow, deny, require_approval, require_server, require_server_session, found "permit"',
      '4:19: rules.0.conditions.profile: unknown key; did you mean profiles?',
      '4:46: rules.0.conditions.profiles: expected a list, found "prod"',
      '5:11: rules.1.name: expected a text that is not empty',
      '6:13: rules.1.effect: expected one of allow, deny, require_approval, require_server, require_server_session, found "Allow": did you mean allow?',
      '8:14: rules.1.conditions.mode.0: expected one of server, cli, credential_process, found "browser"',
      '9:15: rules.1.conditions.users.0: expected a text, found 7: put it in quotes, "7"',
      '10:30: rules.1.conditions.device.require_mdm: expected true or false, found "yes"',
      '10:53: rules.1.conditions.device.min_os_version: expected a text, found 14.2: put it in quotes, "14.2"',
      '10:77: rules.1.conditions.device.allowed_os_types: expected a list, found "darwin"',
      '10:85: rules.1.conditions.device.mdm: unknown key; the keys are require_mdm, require_encryption, require_mdm_compliant, require_firewall, min_os_version, allowed_os_types',
      '12:16: rules.1.conditions.time.days.0: expected one of sunday, monday, tuesday, wednesday, thursday, friday, saturday, found "Monday": did you mean monday?',
      '12:24: rules.1.conditions.time.days.1: expected one of sunday, monday, tuesday, wednesday, thursday, friday, saturday, found "noday": did you mean monday?',
      '13:25: rules.1.conditions.time.hours.start: expected a time of day such as "09:00", at most "23:59"',
      '13:38: rules.1.conditions.time.hours.end: expected a time of day such as "09:00", at most "23:59"',
      '14:19: rules.1.conditions.time.timezone: expected the name of a time zone such as Europe/Berlin',
      '17:5: rules.2.when: unknown key; the keys are name, effect, conditions, reason, session_table, max_server_duration',
      '19:33: rules.2.conditions.device.min_os_version: expected a version such as "14.2"',
      '20:22: rules.2.conditions.time.hours.end: is missing: expected a text',
      '20:52: rules.2.conditions.time.timezone: expected the name of the time zone in its exact case: Europe/Berlin',
      '21:26: rules.2.max_server_duration: expected a duration such as 15m or 1h30m',
    ]);
  });

  test.each([
    ['', '1:1: expected a mapping, found nothing'],
    ['version: "1"\n', '1:1: rules: is missing: expected a list'],
    ['version: "1"\nrules: []\n', '2:8: rules: expected at least one rule'],
    ['rules: [{ name: a, effect: deny }]\n', '1:1: version: is missing: expected 1'],
    [
      'version: "2"\nrules: [{ name: a, effect: deny }]\n',
      '1:10: version: expected 1, found "2": did you mean 1?',
    ],
    [
      'version: "1"\nrules: [{ name: a, effect: deny, conditions: { time: { timezone: "+01:00" } } }]\n',
      '2:66: rules.0.conditions.time.timezone: expected the name of a time zone such as Europe/Berlin',
    ],
  ])('%j is none', async (content, message) => {
    expect(await errorsOf(content)).toEqual([message]);
  });

  test('that is not YAML is told once', async () => {
    const [message, ...others] = await errorsOf('version: "1"\nrules: [\n');
    expect(message).toMatch(/^3:1: /);
    expect(others).toEqual([]);
  });

  test('that cannot be read is told under the name the user gave it by', async () => {
    const missing = join(temporaryFolder(), 'no.yaml');
    await expect(readPolicy(missing, 'SENTINEL_AUDIT_POLICY')).rejects.toThrow(
      expect.objectContaining({ option: 'SENTINEL_AUDIT_POLICY', exitCode: 2 }),
    );
  });

  test.each([
    ['{}', true],
    ['{ profiles: [], users: [], mode: [], device: {}, time: {} }', true],
    ['{ device: { require_mdm: false }, time: { timezone: UTC } }', true],
    ['{ mode: [cli] }', false],
    ['{ device: { require_mdm: true } }', false],
    ['{ time: { days: [monday] } }', false],
  ])('with the conditions %s warns of a rule for everything: %j', async (conditions, isWarned) => {
    const rule = `{ name: a, effect: deny, conditions: ${conditions} }`;
    expect(await warningsOf(rule)).toEqual(
      isWarned ? ['rules.0 ("a"): it has no conditions and matches every request'] : [],
    );
  });

  test('warns of what is hardly meant', async () => {
    const warnings = await warningsOf(
      '{ name: a, effect: deny, conditions: { profiles: ["prod-*"], users: ["*", bob] } }',
      '{ name: a, effect: deny }',
      '{ name: b, effect: deny, conditions: { time: { hours: { start: "22:00", end: "06:00" } } } }',
      '{ name: c, effect: deny, conditions: { device: { allowed_os_types: [macos, Darwin] } } }',
    );
    expect(warnings).toEqual([
      'rules.0 ("a"): names match exactly: "prod-*" is only the profile with this very name',
      'rules.0 ("a"): names match exactly: "*" is only the user with this very name',
      'rules.1 ("a"): an earlier rule has the same name',
      'rules.1 ("a"): it has no conditions and matches every request',
      'rules.2 ("b"): it never matches: hours do not go past midnight, and 22:00 is not before 06:00',
      'rules.3 ("c"): "macos" is not an operating system of Sentinel: darwin, windows, linux',
    ]);
  });
});
