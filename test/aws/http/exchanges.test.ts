import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AuditError, SourceError } from '../../../src/errors.js';
import { hintFor } from '../../../src/hints.js';
import type { Counters } from '../../../src/pipeline/read-context.js';
import { answerOf } from '../../../src/aws/answer.js';
import { type AwsOptions, type Patience, clientConfig } from '../../../src/aws/aws.js';
import {
  type Answer,
  type FakeAws,
  identityXml,
  startFakeAws,
  startTunnel,
} from '../../support/aws.js';
import { temporaryFolder } from '../../support/contracts.js';
import { keptReading } from '../../support/records.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'x' };
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
const XML = { 'content-type': 'text/xml' };
const TABLE = '{"Table":{"TableName":"t"}}';
const WHO = identityXml('arn:aws:iam::111122223333:user/pat');

async function fake(...args: Parameters<typeof startFakeAws>): Promise<FakeAws> {
  const aws = await startFakeAws(...args);
  onTestFinished(() => aws.close());
  return aws;
}

/** Describes a table at an endpoint; a failure is returned. */
async function describeTable(
  options: AwsOptions,
  patience?: Patience,
): Promise<{ failure: AuditError | undefined; meter: Counters }> {
  const { context, meter } = keptReading();
  const from = { region: 'eu-west-1', ...options, env: { ...KEYS, ...options.env } };
  const client = new DynamoDBClient(await clientConfig('DynamoDB', from, context, patience));
  const asked = { action: 'dynamodb:DescribeTable', of: 'table t in eu-west-1' };
  const answer = client.send(new DescribeTableCommand({ TableName: 't' }));
  try {
    await answerOf(answer, asked, context.signal);
    return { failure: undefined, meter };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { failure: error, meter };
  } finally {
    client.destroy();
  }
}

describe('an answer that stalls is cut and asked for again', () => {
  test.each<[string, Answer]>([
    ['before its head', { silent: true }],
    ['before its body', { headers: JSON_TYPE, parts: [undefined] }],
    ['within its body', { headers: JSON_TYPE, parts: [TABLE.slice(0, 9), undefined] }],
    [
      'within a body of known length',
      {
        headers: { ...JSON_TYPE, 'content-length': String(TABLE.length) },
        parts: [TABLE.slice(0, 9), undefined],
      },
    ],
    [
      'within the body of an error',
      { status: 400, headers: JSON_TYPE, parts: ['{"__ty', undefined] },
    ],
  ])('%s, by DynamoDB', async (_, stalled) => {
    const aws = await fake((_request, number) =>
      number < 2 ? stalled : { headers: JSON_TYPE, body: TABLE },
    );
    const { failure, meter } = await describeTable(
      { endpointUrl: aws.url },
      { head: 150, idle: 150 },
    );
    expect(failure).toBeUndefined();
    expect(meter.retries).toBeGreaterThanOrEqual(2);
    expect(aws.seen.length).toBeGreaterThanOrEqual(3);
  });

  test('within its body, by STS', async () => {
    const aws = await fake((_request, number) =>
      number === 0
        ? { headers: XML, parts: [WHO.slice(0, 30), undefined] }
        : { headers: XML, body: WHO },
    );
    const { context } = keptReading();
    const from = { region: 'eu-west-1', endpointUrl: aws.url, env: KEYS };
    const client = new STSClient(await clientConfig('STS', from, context, { idle: 50 }));
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    client.destroy();
    expect(Account).toBe('111122223333');
  });
});

describe('an answer that is not of AWS says its status, its host and its kind', () => {
  test.each<[string, Answer, RegExp]>([
    [
      'a page that forbids',
      { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>Blocked</html>' },
      /: HTTP 403 from 127\.0\.0\.1:\d+ \(text\/html\): not an answer of AWS$/,
    ],
    [
      'a page of a portal',
      { headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>Log in</html>' },
      /: HTTP 200 from 127\.0\.0\.1:\d+ \(text\/html\): not an answer of this service$/,
    ],
    [
      'a redirect',
      { status: 301, headers: { location: 'https://example.invalid/' } },
      /: HTTP 301 from 127\.0\.0\.1:\d+, which leads to https:\/\/example\.invalid\/ \(no content type\)/,
    ],
    [
      'another redirect',
      {
        status: 307,
        headers: { location: 'https://example.invalid/', 'content-type': 'text/html' },
      },
      /: HTTP 307 from .* leads to https:\/\/example\.invalid\//,
    ],
    [
      'a text',
      { headers: { 'content-type': 'text/plain' }, body: 'hello' },
      /HTTP 200 .*text\/plain/,
    ],
    ['no JSON', { headers: JSON_TYPE, body: 'hello' }, /HTTP 200 .*x-amz-json-1\.0/],
    ['an empty 404', { status: 404 }, /HTTP 404 from .*no content type/],
    [
      'terminal controls in a header',
      { status: 302, headers: { location: 'https://x/\u009b31m' } },
      /leads to https:\/\/x\/(?!\u009b)/,
    ],
  ])('%s', async (_, answer, message) => {
    const aws = await fake(() => answer);
    const { failure } = await describeTable({ endpointUrl: aws.url });
    expect(failure).toBeInstanceOf(SourceError);
    expect(failure!.message).toMatch(message);
    expect(failure!.facts).toMatchObject({
      action: 'dynamodb:DescribeTable',
      resource: 'table t in eu-west-1',
      status: answer.status ?? 200,
      host: aws.url.slice('http://'.length),
      attempts: 1,
    });
    expect(hintFor(failure)).toMatch(/proxy, firewall or login page/);
    expect(aws.seen.length).toBe(1);
  });

  test('an error of AWS keeps its own name and words', async () => {
    const body = JSON.stringify({ __type: 'x#AccessDeniedException', message: 'not you' });
    const aws = await fake(() => ({ status: 400, headers: JSON_TYPE, body }));
    const { failure } = await describeTable({ endpointUrl: aws.url });
    expect(failure?.message).toBe(
      'dynamodb:DescribeTable of table t in eu-west-1: AccessDeniedException: not you',
    );
    expect(failure?.facts).toMatchObject({ code: 'AccessDeniedException', status: 400 });
    expect(hintFor(failure)).toMatch(/^allow dynamodb:DescribeTable on it, with kms:Decrypt/);
  });
});

describe('a proxy', () => {
  test('gets plain requests whole, with its user and password, and no others', async () => {
    const proxy = await fake(() => ({ headers: JSON_TYPE, body: TABLE }));
    const behind = 'http://dynamodb.internal.test:8000';
    const env = { HTTP_PROXY: proxy.url.replace('//', '//pat:s%40crt@') };
    expect((await describeTable({ endpointUrl: behind, env })).failure).toBeUndefined();
    const [request] = proxy.seen;
    expect(request).toMatchObject({
      url: 'http://dynamodb.internal.test:8000/',
      host: 'dynamodb.internal.test:8000',
      key: 'AKIAENV',
    });
    const login = Buffer.from('pat:s@crt').toString('base64');
    expect(request?.headers['proxy-authorization']).toBe(`Basic ${login}`);

    const direct = await fake(() => ({ headers: JSON_TYPE, body: TABLE }));
    const except = { ...env, NO_PROXY: '127.0.0.1' };
    await describeTable({ endpointUrl: direct.url, env: except });
    expect([proxy.seen.length, direct.seen.length]).toEqual([1, 1]);
    expect(direct.seen[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  test('that answers itself is told by name', async () => {
    const proxy = await fake(() => ({
      status: 403,
      headers: { 'content-type': 'text/html' },
      body: '<html></html>',
    }));
    const env = { HTTP_PROXY: proxy.url };
    const { failure } = await describeTable({ endpointUrl: 'http://inner.test', env });
    const host = proxy.url.slice('http://'.length);
    expect(failure?.message).toContain(`HTTP 403 from inner.test by way of the proxy ${host}`);
    expect(hintFor(failure)).toMatch(/HTTPS_PROXY, HTTP_PROXY and NO_PROXY/);
  });

  test('opens a tunnel for TLS, also for the credentials', async () => {
    const tls = certificate();
    const aws = await fake(
      ({ operation }) =>
        operation === 'DescribeTable' ? { headers: JSON_TYPE, body: TABLE } : undefined,
      { key: readFileSync(tls.key), cert: readFileSync(tls.certificate) },
    );
    const port = Number(new URL(aws.url).port);
    const tunnel = await startTunnel(() => ({ port }));
    onTestFinished(() => tunnel.close());
    const config = join(temporaryFolder(), 'config');
    writeFileSync(
      config,
      `[profile p]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = q\nca_bundle = ${tls.certificate}\n[profile q]\naws_access_key_id = AKIAQ\naws_secret_access_key = x\n`,
    );
    const env = {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      HTTPS_PROXY: tunnel.url.replace('//', '//u:p@'),
      AWS_ENDPOINT_URL_STS: aws.url,
    };
    const { failure } = await describeTable({ endpointUrl: aws.url, awsProfile: 'p', env });
    expect(failure).toBeUndefined();
    expect(aws.seen.map(({ operation, key }) => [operation, key])).toEqual([
      ['AssumeRole', 'AKIAQ'],
      ['DescribeTable', 'ASIAR'],
    ]);
    expect(tunnel.asked).toEqual([`127.0.0.1:${port}`, `127.0.0.1:${port}`]);
    const login = `Basic ${Buffer.from('u:p').toString('base64')}`;
    expect(tunnel.headers.map((headers) => headers['proxy-authorization'])).toEqual([login, login]);
  });

  test.each([
    [407, 1],
    [403, 1],
  ])('that refuses a tunnel with %i is told at once', async (status, attempts) => {
    const tunnel = await startTunnel(() => status);
    onTestFinished(() => tunnel.close());
    const env = { HTTPS_PROXY: tunnel.url };
    const { failure } = await describeTable({ endpointUrl: 'https://inner.test', env });
    const proxy = tunnel.url.slice('http://'.length);
    expect(failure?.message).toBe(
      `dynamodb:DescribeTable of table t in eu-west-1: HTTP ${status} of the proxy ${proxy}: it opens no connection to inner.test`,
    );
    expect(failure?.facts).toMatchObject({ code: 'ProxyRefusal', status, proxy, attempts });
    expect(hintFor(failure)).toMatch(/HTTPS_PROXY/);
  });

  test('that cannot open a tunnel for a moment is asked again', async () => {
    const tls = certificate();
    const aws = await fake(() => ({ headers: JSON_TYPE, body: TABLE }), {
      key: readFileSync(tls.key),
      cert: readFileSync(tls.certificate),
    });
    const port = Number(new URL(aws.url).port);
    let asked = 0;
    const tunnel = await startTunnel(() => (asked++ < 2 ? 502 : { port }));
    onTestFinished(() => tunnel.close());
    const env = { HTTPS_PROXY: tunnel.url, AWS_CA_BUNDLE: tls.certificate };
    const { failure, meter } = await describeTable({ endpointUrl: aws.url, env });
    expect([failure, meter.retries]).toEqual([undefined, 2]);
  });
});

describe('certificates', () => {
  test('of AWS_CA_BUNDLE are trusted; without it the error names the variable', async () => {
    const tls = certificate();
    const aws = await fake(() => ({ headers: JSON_TYPE, body: TABLE }), {
      key: readFileSync(tls.key),
      cert: readFileSync(tls.certificate),
    });
    const trusting = { AWS_CA_BUNDLE: tls.certificate };
    expect((await describeTable({ endpointUrl: aws.url, env: trusting })).failure).toBeUndefined();
    const { failure, meter } = await describeTable({ endpointUrl: aws.url });
    expect(failure?.message).toMatch(/SELF_SIGNED_CERT.*127\.0\.0\.1/);
    expect(hintFor(failure)).toMatch(/AWS_CA_BUNDLE/);
    expect(meter.retries).toBe(0);
  });

  test.each([
    ['/nonexistent/ca.pem', /AWS_CA_BUNDLE: \/nonexistent\/ca\.pem cannot be read/],
    ['/dev/null', /AWS_CA_BUNDLE: \/dev\/null has no certificate in PEM format/],
  ])('in %s are a usage error', async (path, message) => {
    const from = { region: 'eu-west-1', env: { ...KEYS, AWS_CA_BUNDLE: path } };
    const config = clientConfig('STS', from, keptReading().context);
    await expect(config).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message) as string,
    });
  });
});

/** A key and a certificate of its own for 127.0.0.1, made by openssl. */
function certificate(): { key: string; certificate: string } {
  const folder = temporaryFolder();
  const [key, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const command = `req -x509 -newkey rsa:2048 -nodes -days 30 -keyout ${key} -out ${path}`;
  execFileSync('openssl', [...command.split(' '), ...subject], { stdio: 'ignore' });
  return { key, certificate: path };
}

test('what cannot be sent is said at once and not tried again', async () => {
  const { context, meter } = keptReading();
  const aws = await fake();
  const from = { region: 'eu-west-1', endpointUrl: aws.url, env: KEYS };
  const client = new STSClient(await clientConfig('STS', from, context));
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-odd'] = 'a\nb';
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const asked = { action: 'sts:GetCallerIdentity', of: 'x' };
  const answer = answerOf(client.send(new GetCallerIdentityCommand({})), asked, context.signal);
  await expect(answer).rejects.toThrow(/ERR_INVALID_CHAR: Invalid character in header/);
  expect([aws.seen.length, meter.retries]).toEqual([0, 0]);
});
