import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GivenOptions } from '../../../src/options/read/given-options.js';
import { readRequest } from '../../../src/options/read/request.js';
import { temporaryFolder } from '../../support/contracts.js';

async function given(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<GivenOptions> {
  const home = { HOME: '/nowhere', ...env };
  const request = await readRequest(argv, home, '1.2.3', 80);
  if (request.kind !== 'command') throw new Error(`${argv.join(' ')} is ${request.kind}`);
  return request.given;
}

function configFile(text: string): string {
  const path = join(temporaryFolder(), 'config.yaml');
  writeFileSync(path, text);
  return path;
}

test('the command line goes before the environment, and that before the config file', async () => {
  const config = configFile('user: file\nprofile: file\nstatus: active\nlimit: 5\n');
  const env = { SENTINEL_AUDIT_USER: 'environment', SENTINEL_AUDIT_PROFILE: 'environment' };
  const options = await given(['export', '--user', 'line', '--config', config], env);
  expect(options.text('user')).toBe('line');
  expect(options.text('profile')).toBe('environment');
  expect(options.text('status')).toBe('active');
});

test('the environment may name the config file', async () => {
  const env = { SENTINEL_AUDIT_CONFIG: configFile('user: file\n') };
  expect((await given(['export'], env)).text('user')).toBe('file');
});

test('a flag of the config file can be turned off', async () => {
  const config = configFile('strict: true\n');
  expect((await given(['export', '--config', config])).flag('strict')).toBe(true);
  expect((await given(['export', '--config', config, '--strict=false'])).flag('strict')).toBe(
    false,
  );
});

test('help needs neither environment nor config file', async () => {
  const env = { SENTINEL_AUDIT_NONSENSE: '1' };
  expect((await readRequest(['export', '--help'], env, '1.2.3', 80)).kind).toBe('text');
  expect(await readRequest(['--version'], env, '1.2.3', 80)).toEqual({
    kind: 'text',
    text: '1.2.3',
  });
  expect((await readRequest([], env, '1.2.3', 80)).kind).toBe('nothing');
  await expect(readRequest(['export'], env, '1.2.3', 80)).rejects.toThrow(
    /there is no option for this variable/,
  );
});
