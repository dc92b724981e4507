import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { UsageError } from '../../../src/errors.js';
import { readYamlFile, text } from '../../../src/options/files/yaml-file.js';
import { temporaryFolder } from '../../support/contracts.js';

/** As deep as a policy. */
const schema = z.strictObject({
  version: z.literal('1'),
  account: text.optional(),
  limit: z.int().optional(),
  rules: z.array(
    z.strictObject({
      name: text,
      effect: z.enum(['allow', 'deny', 'require_server']).optional(),
      conditions: z
        .strictObject({
          profiles: z.array(text).optional(),
          device: z.strictObject({ require_mdm: z.boolean() }).optional(),
        })
        .optional(),
    }),
  ),
});

function read<T>(content: string | Uint8Array, as: z.ZodType<T>): Promise<T> {
  const path = join(temporaryFolder(), 'file.yaml');
  writeFileSync(path, content);
  return readYamlFile('--policy', path, as);
}

/** The lines of what is wrong, without the folder. */
async function wrong(content: string | Uint8Array, as: z.ZodType = schema): Promise<string[]> {
  const failure: unknown = await read(content, as).catch((error: unknown) => error);
  if (!(failure instanceof UsageError)) throw new Error(`taken: ${String(failure)}`);
  expect(failure.option).toBe('--policy');
  return failure.message.split('\n').map((line) => line.replace(/^\S*\/(?=file\.yaml)/, ''));
}

/** A file with one rule that is whole, and more. */
const whole = (more: string): string => `version: "1"\nrules:\n  - name: a\n${more}`;

describe('a file without errors', () => {
  test('is what the schema makes of it', async () => {
    const content = whole(
      '    conditions: { profiles: [prod, "0123"] }\naccount: "012345678901"\n',
    );
    expect(await read(content, schema)).toEqual({
      version: '1',
      account: '012345678901',
      rules: [{ name: 'a', conditions: { profiles: ['prod', '0123'] } }],
    });
  });

  test('may have a byte order mark, comments, anchors, and say YAML 1.1', async () => {
    const content = '\ufeff%YAML 1.1\n---\n- &a no # not false\n- *a\n- 2026-01-31\n';
    expect(await read(content, z.array(text))).toEqual(['no', 'no', '2026-01-31']);
  });

  test('may use an anchor as often as it likes', async () => {
    const content = `- &a {x: y}\n${'- *a\n'.repeat(500)}`;
    expect(await read(content, z.array(z.record(text, text)))).toHaveLength(501);
  });
});

describe('in a file', () => {
  test.each<[string, string, string[]]>([
    [
      'an unknown key is told with the one it is near to',
      whole('    efect: allow\nrulez: []\n'),
      [
        'file.yaml:4:5: rules.0.efect: unknown key; did you mean effect?',
        'file.yaml:5:1: rulez: unknown key; did you mean rules?',
      ],
    ],
    [
      'an unknown key that is near to none is told with all there are',
      whole('    conditions:\n      colour: red\n'),
      ['file.yaml:5:7: rules.0.conditions.colour: unknown key; the keys are profiles, device'],
    ],
    [
      'a missing key stands where its parent stands',
      'version: "1"\nrules:\n  - effect: allow\n  - {}\n',
      [
        'file.yaml:3:5: rules.0.name: is missing: expected a text',
        'file.yaml:4:5: rules.1.name: is missing: expected a text',
      ],
    ],
    [
      'missing keys of the whole stand at its beginning',
      '# policy\nlimit: 1\n',
      [
        'file.yaml:2:1: version: is missing: expected 1',
        'file.yaml:2:1: rules: is missing: expected a list',
      ],
    ],
    [
      'a wrong type is told with what stands there',
      'version: "1"\nlimit: 1.5\nrules:\n  - name: [a]\n    conditions: x\n  - b\n  -\n',
      [
        'file.yaml:2:8: limit: expected a whole number, found 1.5',
        'file.yaml:4:11: rules.0.name: expected a text, found a list',
        'file.yaml:5:17: rules.0.conditions: expected a mapping, found "x"',
        'file.yaml:6:5: rules.1: expected a mapping, found "b"',
        'file.yaml:7:4: rules.2: expected a mapping, found nothing',
      ],
    ],
    [
      'a number is no text, and quotes are asked for with the digits as they were written',
      'version: 1\naccount: 012345678901\nrules:\n  - name: 0123\n    conditions: { profiles: [1e3, 0x1F, true] }\n',
      [
        'file.yaml:1:10: version: expected 1, found 1: put it in quotes, "1"',
        'file.yaml:2:10: account: expected a text, found 012345678901: put it in quotes, "012345678901"',
        'file.yaml:4:11: rules.0.name: expected a text, found 0123: put it in quotes, "0123"',
        'file.yaml:5:30: rules.0.conditions.profiles.0: expected a text, found 1e3: put it in quotes, "1e3"',
        'file.yaml:5:35: rules.0.conditions.profiles.1: expected a text, found 0x1F: put it in quotes, "0x1F"',
        'file.yaml:5:41: rules.0.conditions.profiles.2: expected a text, found true: put it in quotes, "true"',
      ],
    ],
    [
      'another value than those there are is told with the nearest',
      whole('    effect: alow\n  - { name: b, effect: 7 }\n  - { name: c, effect: }\n').replace(
        '"1"',
        '2.0',
      ),
      [
        'file.yaml:1:10: version: expected 1, found 2.0',
        'file.yaml:4:13: rules.0.effect: expected one of allow, deny, require_server, found "alow": did you mean allow?',
        'file.yaml:5:24: rules.1.effect: expected one of allow, deny, require_server, found 7',
        'file.yaml:6:24: rules.2.effect: expected one of allow, deny, require_server, found nothing',
      ],
    ],
    [
      'an empty text is none',
      whole('  - name: ""\n  - name: "  "\n  - name:\n'),
      [
        'file.yaml:4:11: rules.1.name: expected a text that is not empty',
        'file.yaml:5:11: rules.2.name: expected a text that is not empty',
        'file.yaml:6:10: rules.3.name: expected a text, found nothing',
      ],
    ],
    [
      'a key that is given twice is told, and what is wrong besides',
      whole('    name: b\n    effect: 1\nversion: "1"\n'),
      [
        'file.yaml:4:5: rules.0.name: is given twice',
        'file.yaml:5:13: rules.0.effect: expected one of allow, deny, require_server, found 1',
        'file.yaml:6:1: version: is given twice',
      ],
    ],
    [
      'a key that is no text is told once',
      whole('    0123: a\n    ? [x]\n    : b\n    : c\n    true: d\n    __proto__: e\n'),
      [
        'file.yaml:4:5: rules.0.0123: expected a text as the key: put it in quotes, "0123"',
        'file.yaml:5:7: rules.0.?: expected a text as the key',
        expect.stringContaining('expected a text as the key') as string,
        'file.yaml:8:5: rules.0.true: expected a text as the key: put it in quotes, "true"',
        'file.yaml:9:5: rules.0.__proto__: cannot be a key',
      ],
    ],
    ['nothing is no mapping', '', ['file.yaml:1:1: expected a mapping, found nothing']],
    ['comments are nothing', '# a\n', ['file.yaml:1:1: expected a mapping, found nothing']],
    ['a list is no mapping', '- a\n', ['file.yaml:1:1: expected a mapping, found a list']],
    [
      'what is behind an anchor is wrong where it is written',
      'version: "1"\nrules:\n  - name: a\n    conditions: &c { device: {} }\n  - { name: b, conditions: *c }\n',
      [
        'file.yaml:4:30: rules.0.conditions.device.require_mdm: is missing: expected true or false',
        'file.yaml:4:30: rules.1.conditions.device.require_mdm: is missing: expected true or false',
      ],
    ],
    [
      'what would act on a terminal is shown',
      whole('    "\\e[31mred": 1\n    effect: "\\u202e\\n"\n'),
      [
        expect.stringContaining('rules.0.\\x1b[31mred: unknown key') as string,
        expect.stringContaining('found "\\u202e\\n"') as string,
      ],
    ],
  ])('%s', async (_, content, lines) => {
    expect(await wrong(content)).toEqual(lines);
  });

  test.each<[string, string, RegExp[]]>([
    ['every syntax error', 'a: b: c\nd: "x\n', [/^file\.yaml:1:4: Nested/, /:3:1: Missing clos/]],
    ['a tab', 'a:\n\tb: 1\n', [/^file\.yaml:2:1: Tabs/]],
    ['an unknown anchor', 'a: 1\nb: *x\n', [/^file\.yaml:2:4: there is no anchor &x above$/]],
    ['a tag', 'a: !secret x\n', [/^file\.yaml:1:4: Unresolved tag: !secret$/]],
    ['a date tag', 'a: !!timestamp 2026-01-01\n', [/^file\.yaml:1:4: Unresolved tag/]],
    ['a second document', 'a: 1\n---\nb: 2\n', [/^file\.yaml:2:1: expected the end/]],
  ])('%s is told, and the shape is not judged', async (_, content, lines) => {
    expect(await wrong(content)).toEqual(
      lines.map((line) => expect.stringMatching(line) as string),
    );
  });

  test('an alias of what is given twice is told, beside that', async () => {
    const messages = await wrong('a: &y\na: &x "b"\nc: *x\n', z.record(z.string(), z.string()));
    expect(messages[0]).toMatch(/^file\.yaml:1:1: Unresolved alias/);
    expect(messages.join()).toContain('file.yaml:2:1: ');
  });

  test('messages of the schema stand, also those of keys', async () => {
    const as = z.record(
      z.string().regex(/^[a-z]+$/, 'small letters'),
      z.string().min(1, 'a word').max(3),
    );
    expect(await wrong('a: b\nB: c\nd: [e]\nf: ""\ng: long\n', as)).toEqual([
      'file.yaml:2:1: B: small letters',
      'file.yaml:3:4: d: expected a text, found a list',
      'file.yaml:4:4: f: a word',
      expect.stringMatching(/^file\.yaml:5:4: g: Too big/),
    ]);
  });
});

describe('a file that cannot be read', () => {
  test('is a usage error that says which', async () => {
    const folder = temporaryFolder();
    const missing = join(folder, 'no.yaml');
    await expect(readYamlFile('--allow', missing, schema)).rejects.toThrow(
      expect.objectContaining({
        option: '--allow',
        message: expect.stringContaining(`there is no file ${missing}`),
        exitCode: 2,
      }),
    );
    mkdirSync(join(folder, 'dir'));
    await expect(readYamlFile('--allow', join(folder, 'dir'), schema)).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining('it is a folder') }),
    );
  });

  test.each([
    ['lists', '['.repeat(20_000)],
    ['lists that end', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['mappings', '{a: '.repeat(20_000)],
    ['lists on one line', `${'- '.repeat(20_000)}a\n`],
  ])('is one of too many %s within each other', async (_, content) => {
    expect(await wrong(content)).toEqual(['file.yaml is nested too deeply']);
  });

  test('is one that is not UTF-8', async () => {
    expect(await wrong(Buffer.from('a: é\n', 'latin1'))).toEqual([
      'file.yaml cannot be read: it is not UTF-8 text',
    ]);
  });
});
