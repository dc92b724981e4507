import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProfileMap } from '../../../src/options/files/profile-map.js';
import { temporaryFolder } from '../../support/contracts.js';

function profileMap(content: string): Promise<ReadonlyMap<string, string>> {
  const path = join(temporaryFolder(), 'map.yaml');
  writeFileSync(path, content);
  return readProfileMap(path);
}

describe('a profile map', () => {
  test('has profiles under role ARNs and role names', async () => {
    const content = `arn:aws:iam::123456789012:role/team/Admin: prod
arn:aws-us-gov:iam::123456789012:role/Admin: gov
Reader: prod
"0123": "42"
constructor: odd
`;
    expect([...(await profileMap(content))].toSorted()).toEqual([
      ['0123', '42'],
      ['Reader', 'prod'],
      ['arn:aws-us-gov:iam::123456789012:role/Admin', 'gov'],
      ['arn:aws:iam::123456789012:role/team/Admin', 'prod'],
      ['constructor', 'odd'],
    ]);
  });

  test('may be empty, but not nothing', async () => {
    expect((await profileMap('{}')).size).toBe(0);
    await expect(profileMap('')).rejects.toThrow('1:1: expected a mapping, found nothing');
  });

  test('says all that is wrong with it, each with its place', async () => {
    const content = `Admin: prod
Admin: dev
012345678901: a
Reader: 0123
Writer: [a, b]
arn:aws:sts::123456789012:assumed-role/Admin/x: c
team/Admin: d
Dev*: e
Empty: ""
None:
`;
    const failure: unknown = await profileMap(content).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UsageError', option: '--profile-map', exitCode: 2 });
    const lines = (failure as Error).message.split('\n');
    const noRole = 'expected the ARN of a role, or the name of one without its path';
    expect(lines.map((line) => line.replace(/^.*map\.yaml:/, ''))).toEqual([
      '2:1: Admin: is given twice',
      '3:1: 012345678901: expected a text as the key: put it in quotes, "012345678901"',
      '4:9: Reader: expected a text, found 0123: put it in quotes, "0123"',
      '5:9: Writer: expected a text, found a list',
      `6:1: arn:aws:sts::123456789012:assumed-role/Admin/x: ${noRole}`,
      `7:1: team/Admin: ${noRole}`,
      `8:1: Dev*: ${noRole}`,
      '9:8: Empty: expected a text that is not empty',
      '10:6: None: expected a text, found nothing',
    ]);
  });

  test('that cannot be read is told under the name the user gave it by', async () => {
    const missing = join(temporaryFolder(), 'no.yaml');
    await expect(readProfileMap(missing, 'config.yaml:3:1: profile-map')).rejects.toThrow(
      expect.objectContaining({ option: 'config.yaml:3:1: profile-map' }),
    );
  });
});
