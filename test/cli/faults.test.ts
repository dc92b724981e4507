import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, objects, scratch } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { ended, runShell, startProgram } from '../support/program.js';
import { type Fault, startProxy } from '../support/proxy.js';
import { type Row, idOf, sessionRows } from '../support/sessions.js';
import { NO_AWS, WINDOW, roleRecord, writeTrail } from '../support/trail.js';

let endpoint: Endpoint;
/** Some pages of 1 MB. */
const rows: readonly Row[] = sessionRows(4000).map((row) => ({
  ...row,
  revoked_reason: 'x'.repeat(1200),
}));

/** A folder for temporary files that is not there. */
const NOWHERE = join(scratch(), 'nowhere');

beforeAll(async () => {
  endpoint = await startDynalite();
  await createTable(endpoint.url, 'sentinel-sessions', rows);
});
afterAll(() => endpoint.close());

/** Exports through a proxy that breaks some requests, and shows all that passed. */
async function through(
  faultFor: (operation: string, number: number) => Fault | undefined,
  args: readonly string[] = ['export', '--columns', 'id'],
): Promise<Awaited<ReturnType<typeof cli>>> {
  const proxy = await startProxy(endpoint.url, faultFor);
  try {
    return await cli(args, { env: { AWS_ENDPOINT_URL: proxy.url } });
  } finally {
    proxy.close();
  }
}

function error(type: string, status = 400): Fault {
  return { kind: 'error', status, type };
}

describe('faults that pass', () => {
  it.each<[string, Fault]>([
    ['throttling', error('ProvisionedThroughputExceededException')],
    ['another throttling', error('ThrottlingException')],
    ['an internal error', error('InternalServerError', 500)],
    ['a busy service', error('ServiceUnavailable', 503)],
    ['a dropped connection', { kind: 'drop' }],
    ['an answer that breaks off', { kind: 'cut' }],
  ])(
    '%s is tried again: no row is lost or doubled, and the summary counts it',
    async (_, fault) => {
      const { code, stdout, stderr } = await through((_operation, number) =>
        number % 2 === 1 && number < 8 ? fault : undefined,
      );
      expect(code).toBe(0);
      const ids = stdout.trimEnd().split('\n').slice(1);
      expect(ids.toSorted()).toEqual(rows.map(({ id }) => String(id)).toSorted());
      expect(stderr).toMatch(/, 4 retries, /);
    },
  );
});

describe('faults that stay are one line that says what, of what, and what to do', () => {
  it.each<[string, RegExp, string]>([
    [
      'AccessDeniedException',
      /^sentinel-audit: dynamodb:DescribeTable of table sentinel-sessions in us-east-1: AccessDenied/,
      'allow dynamodb:DescribeTable',
    ],
    ['ExpiredTokenException', /ExpiredTokenException/, 'aws sso login'],
    ['UnrecognizedClientException', /UnrecognizedClientException/, 'check --aws-profile'],
    ['ValidationException', /ValidationException: injected/, ''],
  ])('%s', async (type, message, hint) => {
    const { code, stdout, stderr } = await through(() => error(type));
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toContain(hint);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('in the middle of a scan: the rows so far, but no success, and no file', async () => {
    const fault = (operation: string, number: number): Fault | undefined =>
      operation === 'Scan' && number > 3 ? error('AccessDeniedException') : undefined;
    const piped = await through(fault);
    expect(piped.code).toBe(3);
    expect(piped.stderr).toMatch(/dynamodb:Scan of table sentinel-sessions/);
    expect(piped.stdout.split('\n').length).toBeGreaterThan(500);
    const folder = scratch();
    const filed = await through(fault, ['export', '--out', join(folder, 'x.csv')]);
    expect([filed.code, readdirSync(folder)]).toEqual([3, []]);
  });

  it('an answer that is none: no rows are not what it says', async () => {
    for (const body of ['{}', 'null', '<html>']) {
      const { code, stdout, stderr } = await through((operation) =>
        operation === 'Scan' ? { kind: 'answer', body } : undefined,
      );
      expect([code, stdout], body).toEqual([3, '']);
      expect(stderr.split('\n').length, stderr).toBeLessThanOrEqual(3);
    }
  });

  it('in one segment, while another is throttled: nobody waits for that one', async () => {
    const started = performance.now();
    const { code } = await through((operation, number) => {
      if (operation !== 'Scan') return undefined;
      return number === 2 ? error('AccessDeniedException') : error('ThrottlingException');
    });
    expect(code).toBe(3);
    expect(performance.now() - started).toBeLessThan(200_000); // its patience is five minutes
  });

  it('a port where nothing listens: within seconds, not minutes', async () => {
    const { code, stderr } = await cli(['export'], {
      env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/ECONNREFUSED/);
    expect(stderr).toContain('check --region, --endpoint-url and the network');
  });

  it('no credentials', async () => {
    const env = {
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    };
    const { code, stderr } = await cli(['export'], { env });
    expect(code).toBe(3);
    expect(stderr).toContain('no usable credentials');
  });
});

describe('an interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s stops requests at once, leaves no file, and exits %i', async (signal, code) => {
    let hanging = (): void => {};
    const hangs = new Promise<void>((resolve) => (hanging = resolve));
    const proxy = await startProxy(endpoint.url, (operation, number) => {
      if (operation !== 'Scan' || number < 3) return undefined;
      hanging();
      return { kind: 'hang' };
    });
    const folder = scratch();
    const child = startProgram(['export', '--out', 'x.csv'], {
      cwd: folder,
      env: { AWS_ENDPOINT_URL: proxy.url },
    });
    await hangs;
    child.kill(signal);
    const result = await ended(child);
    proxy.close();
    expect(result.code).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('while standard input is spooled leaves no spool', async () => {
    const temporary = scratch();
    const child = startProgram(['export', '--sessions', '-'], { env: { TMPDIR: temporary } });
    child.stdin?.write('{"id":');
    while (readdirSync(temporary).length === 0) await sleep(20);
    child.kill('SIGINT');
    expect((await ended(child)).code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('an output that cannot be written', () => {
  const source = join(scratch(), 'rows.ndjson');
  writeFileSync(
    source,
    sessionRows(20_000)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  );

  it('a full disk is code 3 and says so', async () => {
    if (!existsSync('/dev/full')) return console.info('skipped: no /dev/full here');
    const { code, stderr } = await runShell(`$PROGRAM export --sessions "${source}" > /dev/full`);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('standard output could not be written: '),
    ]);
  });

  it.each([
    ['more findings than are held', source, 10_001],
    ['sessions of standard input', '-', 1],
  ])(
    'a temporary folder that is not there is one line and a hint: for %s',
    async (_, sessions, calls) => {
      const events = writeTrail(Array.from({ length: calls }, (__, n) => roleRecord(n)));
      const { code, stdout, stderr } = await cli(
        ['untracked-sessions', ...WINDOW, '--events', events, '--sessions', sessions],
        { env: { ...NO_AWS, TMPDIR: NOWHERE }, stdin: '{}' },
      );
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(
        /^sentinel-audit: temporary file: ENOENT.*\/nowhere\/.*\n {2}set TMPDIR .*\n$/,
      );
    },
  );

  it('a small audit needs no temporary folder', async () => {
    const events = writeTrail([roleRecord(1), roleRecord(2)]);
    const { code, stdout } = await cli(
      ['untracked-sessions', ...WINDOW, '--events', events, '--sessions', source],
      { env: { ...NO_AWS, TMPDIR: NOWHERE } },
    );
    expect(code).toBe(1);
    expect(stdout).toContain('\nResult: 2 untracked session(s) detected');
  });

  it.each(['export', 'server-sessions'])(
    '%s without a standard output is an error; one that is thrown away is not',
    async (command) => {
      if (!existsSync('/proc/self/fdinfo')) return console.info('skipped: no /proc here');
      const line = `$PROGRAM ${command} --sessions "${source}"`;
      const closed = await runShell(`${line} >&-`);
      expect([closed.code, closed.stderr]).toEqual([
        3,
        'sentinel-audit: standard output is closed\n  name a file: --out FILE\n',
      ]);
      expect((await runShell(`${line} > /dev/null`)).code).toBe(0);
      const folder = scratch();
      expect((await runShell(`${line} --out "${folder}/x.csv" >&-`)).code).toBe(0);
    },
  );

  it('a reader that hangs up is no error', async () => {
    const line = `set -o pipefail; $PROGRAM export --sessions "${source}" | head -n 2`;
    const { code, stdout, stderr } = await runShell(line, 'bash');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').length).toBe(3);
  });

  it('a closed standard error changes nothing', async () => {
    const child = startProgram(['export', '--sessions', source, '--format', 'ndjson']);
    child.stderr?.destroy();
    const out: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, objects(Buffer.concat(out).toString()).length]).toEqual([0, 20_000]);
    expect(idOf(0)).toBe(objects(Buffer.concat(out).toString())[0]!['id']);
  });
});
