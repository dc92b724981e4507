import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/errors.js';
import { proxyFor } from '../../../src/aws/http/proxy.js';

const TLS = { protocol: 'https:', hostname: 'dynamodb.eu-west-1.amazonaws.com', port: 443 };
const PLAIN = { protocol: 'http:', hostname: 'localhost', port: 8000 };

describe('the proxy', () => {
  test.each([
    [TLS, {}, undefined],
    [TLS, { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    [TLS, { https_proxy: 'p:3128' }, 'http://p:3128/'],
    [TLS, { https_proxy: 'http://low', HTTPS_PROXY: 'http://capital' }, 'http://low/'],
    [TLS, { HTTP_PROXY: 'http://p:3128' }, undefined],
    [TLS, { HTTPS_PROXY: '' }, undefined],
    [PLAIN, { HTTPS_PROXY: 'http://p:3128' }, undefined],
    [PLAIN, { HTTP_PROXY: 'https://u:s@p' }, 'https://u:s@p/'],
  ])('for %j with %j is %s', (target, env, url) => {
    expect(proxyFor(target, env)?.href).toBe(url);
  });

  test.each([
    ['*', true],
    ['amazonaws.com', true],
    ['.amazonaws.com', true],
    ['*.amazonaws.com', true],
    ['DYNAMODB.eu-west-1.amazonaws.com', true],
    ['dynamodb.eu-west-1.amazonaws.com:443', true],
    ['dynamodb.eu-west-1.amazonaws.com:8443', false],
    ['other.com, amazonaws.com', true],
    ['other.com amazonaws.com', true],
    ['naws.com', false],
    ['other.com', false],
    ['', false],
    [',', false],
  ])('is passed by where NO_PROXY is %j: %s', (list, passed) => {
    const env = { HTTPS_PROXY: 'http://p:3128', NO_PROXY: list };
    expect(proxyFor(TLS, env) === undefined).toBe(passed);
  });

  test.each(['socks5://p:1080', 'http://', 'http://p:x', 'ftp://secret@p'])(
    'cannot be %s, which is said without its password',
    (url) => {
      const read = (): unknown => proxyFor(TLS, { HTTPS_PROXY: url });
      expect(read).toThrow(ConfigurationError);
      expect(read).toThrow(/^HTTPS_PROXY is not the URL of an HTTP proxy$/);
    },
  );

  test('an address of version 6 may stand in NO_PROXY with brackets or without', () => {
    const target = { protocol: 'http:', hostname: '[fd00::1]', port: 80 };
    for (const list of ['[fd00::1]', '[fd00::1]:80']) {
      expect(proxyFor(target, { HTTP_PROXY: 'http://p', NO_PROXY: list })).toBeUndefined();
    }
  });
});
