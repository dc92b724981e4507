import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AllowRule } from '../../../src/model/verdict/allow-rule.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import { readAllowList } from '../../../src/options/files/allow-list.js';
import { temporaryFolder } from '../../support/contracts.js';

function allowList(content: string): Promise<readonly AllowRule[]> {
  const path = join(temporaryFolder(), 'allow.yaml');
  writeFileSync(path, content);
  return readAllowList(path);
}

describe('an allow list', () => {
  test('has its rules in their order', async () => {
    const rules = await allowList(`version: "1"
rules:
  - name: CI
    reason: deploys without a person
    role: arn:aws:iam::123456789012:role/deploy-*
    caller: arn:aws:iam::123456789012:role/CI
    event_name: AssumeRole
    source_identity: ci-*
  - { name: break glass, reason: INC-1, role: "*", until: 2026-01-31 }
`);
    expect(rules).toEqual([
      {
        name: 'CI',
        reason: 'deploys without a person',
        role: 'arn:aws:iam::123456789012:role/deploy-*',
        caller: 'arn:aws:iam::123456789012:role/CI',
        eventName: 'AssumeRole',
        sourceIdentity: 'ci-*',
      },
      {
        name: 'break glass',
        reason: 'INC-1',
        role: '*',
        until: parseInstant('2026-01-31T00:00:00Z'),
      },
    ]);
  });

  test.each([
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    ['"2026-01-31"', '2026-01-31T00:00:00Z'],
    ['2026-01-31T12:00:00+01:00', '2026-01-31T11:00:00Z'],
    ['2026-01-31 12:00:00Z', '2026-01-31T12:00:00Z'],
  ])('may end at %s', async (until, instant) => {
    const content = `rules: [{ name: a, reason: b, role: c, until: ${until} }]`;
    expect((await allowList(content))[0]?.until).toEqual(parseInstant(instant));
  });

  test('says that a time needs a zone', async () => {
    const content = 'rules: [{ name: a, reason: b, role: c, until: 2026-01-31T12:00:00 }]';
    await expect(allowList(content)).rejects.toThrow(/has no time zone/);
  });

  test('has conditions on accounts and identity providers', async () => {
    const content = `rules:
  - { name: vendor, reason: monitoring, caller_account: "444455556666" }
  - { name: okta, reason: people, identity_provider: "*:saml-provider/Okta" }
`;
    expect(await allowList(content)).toEqual([
      { name: 'vendor', reason: 'monitoring', callerAccount: '444455556666' },
      { name: 'okta', reason: 'people', identityProvider: '*:saml-provider/Okta' },
    ]);
  });

  test.each([
    ['444455556666', /put it in quotes, "444455556666"/],
    ['"44445555666"', /expected an account ID of 12 digits/],
    ['"4444*"', /expected an account ID of 12 digits/],
    ['"arn:aws:iam::444455556666:root"', /expected an account ID of 12 digits/],
  ])('takes an account of 12 digits, as text: %s', async (account, message) => {
    const content = `rules: [{ name: a, reason: b, caller_account: ${account} }]`;
    await expect(allowList(content)).rejects.toThrow(message);
  });

  test('may be empty', async () => {
    expect(await allowList('rules: []\n')).toEqual([]);
  });

  test('says all that is wrong with it, each with its place', async () => {
    const content = `version: 1
rules:
  - name: a
    role: 012345678901
  - reason: r
    name: a
  - name: ""
    reason: r
    rol: x
    until: 2026-02-30
  - name: b
    reason: r
    caller: c
    until: 2026
  - name: a
    reason: r
    role: ""
`;
    const failure: unknown = await allowList(content).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UsageError', option: '--allow', exitCode: 2 });
    const lines = (failure as Error).message.split('\n');
    expect(lines.map((line) => line.replace(/^.*allow\.yaml:/, ''))).toEqual([
      '1:10: version: expected 1, found 1: put it in quotes, "1"',
      '3:5: rules.0.reason: is missing: expected a text',
      '4:11: rules.0.role: expected a text, found 012345678901: put it in quotes, "012345678901"',
      '5:5: rules.1: expected at least one of role, caller, caller_account, identity_provider, event_name, source_identity',
      '6:11: rules.1.name: "a" is already the name of rules.0',
      '7:5: rules.2: expected at least one of role, caller, caller_account, identity_provider, event_name, source_identity',
      '7:11: rules.2.name: expected a text that is not empty',
      '9:5: rules.2.rol: unknown key; did you mean role?',
      '10:12: rules.2.until: "2026-02-30" is not a valid date or time: write a date such as 2026-01-31 or a time with Z',
      '14:12: rules.3.until: expected a date or a time, as text',
      '15:11: rules.4.name: "a" is already the name of rules.0',
      '17:11: rules.4.role: expected a text that is not empty',
    ]);
  });

  test.each([
    ['', ':1:1: expected a mapping, found nothing'],
    ['version: "1"\n', ':1:1: rules: is missing: expected a list'],
    ['rules: x\n', ':1:8: rules: expected a list, found "x"'],
    ['rules: [x]\n', ':1:9: rules.0: expected a mapping, found "x"'],
    ['rules:\n', ':1:7: rules: expected a list, found nothing'],
  ])('%j is none', async (content, message) => {
    await expect(allowList(content)).rejects.toThrow(
      expect.objectContaining({ message: expect.stringMatching(`^\\S+${message}$`) }),
    );
  });

  test('that cannot be read is told under the name the user gave it by', async () => {
    const missing = join(temporaryFolder(), 'no.yaml');
    await expect(readAllowList(missing, 'SENTINEL_AUDIT_ALLOW')).rejects.toThrow(
      expect.objectContaining({ option: 'SENTINEL_AUDIT_ALLOW', exitCode: 2 }),
    );
  });
});
