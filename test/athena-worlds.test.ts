import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import * as fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import { main } from '../src/cli.js';
import { parseInstant } from '../src/model/time/instant.js';
import { startAthena } from './support/athena.js';
import { OURS } from './support/athena-tables.js';
import { type TrailRecord, eventIdOf } from './support/cloudtrail.js';
import { temporaryFolder } from './support/contracts.js';
import { stubAwsEnvironment } from './support/records.js';
import { type Row, idOf, sessionRow } from './support/sessions.js';
import { type Call, roleArn, roleRecord, writeTrail } from './support/trail.js';

beforeAll(() => {
  stubAwsEnvironment();
  return () => void vi.unstubAllEnvs();
});

const hour = (from: number, to: number) =>
  fc.integer({ min: from * 60, max: to * 60 }).map((minutes) => {
    const at = new Date(Date.UTC(2026, 0, 20) + minutes * 60_000);
    return at.toISOString().replace('.000', '');
  });
const SHARED = 'sentinel:alice:direct:aaaa0001';
const identities = fc.constantFrom(
  undefined,
  '',
  `sentinel-${idOf(1)}`,
  `sentinel-${idOf(2)}`,
  `sentinel-${idOf(9)}`,
  SHARED,
  SHARED,
  'sentinel:bob:0000ffff',
  "o'brien",
);
const brokerOf = (name: string, more: object = {}): object => ({
  type: 'AssumedRole',
  principalId: `AROA${name}:i-1`,
  arn: `arn:aws:sts::111122223333:assumed-role/${name}/i-1`,
  accountId: '111122223333',
  sessionContext: { sessionIssuer: { arn: roleArn(name) }, ...more },
});
const callers = fc.constantFrom(
  brokerOf('Broker'),
  brokerOf('Broker'),
  brokerOf('Ci'),
  brokerOf('Hop', { sourceIdentity: `sentinel-${idOf(1)}` }),
  { type: 'AWSService', invokedBy: 'rds.amazonaws.com' },
  { invokedBy: 'ecs.amazonaws.com' },
  { type: 'WebIdentityUser', principalId: 'app:alice' },
  {},
);
const OTHER_ACCOUNT = { type: 'AWSAccount', principalId: 'AROA:x', accountId: '444455556666' };

/** A call, and what else a trail may have recorded of it. */
const kinds = fc.record({
  identity: identities,
  tag: fc.constantFrom(undefined, undefined, idOf(1), idOf(3), 'unknown'),
  role: fc.constantFrom('Prod', 'Prod', 'Dev', 'Ci'),
  caller: callers,
  eventName: fc.constantFrom('AssumeRole', 'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoot'),
  errorCode: fc.constantFrom(undefined, undefined, undefined, '', 'AccessDenied'),
  hasRole: fc.constantFrom(true, true, true, false),
  region: fc.constantFrom('us-east-1', 'eu-west-1'),
  echo: fc.constantFrom('same', 'twice', 'twin', 'twin first'),
});
/** Some kinds of call, each made several times: a group whose times no single verdict fits must come up. */
const trails = fc
  .array(fc.tuple(kinds, fc.array(hour(-30, 30), { minLength: 1, maxLength: 8 })), { maxLength: 6 })
  .map((made) => made.flatMap(([kind, times]) => times.map((at) => ({ ...kind, at }))));
const sessions = fc.uniqueArray(
  fc.record({
    n: fc.integer({ min: 1, max: 6 }),
    started_at: hour(-28, 20),
    length: fc.integer({ min: 10, max: 900 }),
    status: fc.constantFrom('active', 'revoked', 'expired'),
    user: fc.constantFrom('alice', 'bob'),
    profile: fc.constantFrom('prod', 'dev', roleArn('Dev')),
    source_identity: fc.constantFrom('', '', SHARED, "o'brien"),
  }),
  { selector: ({ n }) => n, maxLength: 6 },
);
const flags = fc.subarray([
  ['--event-name', 'all'],
  ['--include-service-calls'],
  ['--include-failed-calls'],
  ['--broker', 'arn:aws:sts::111122223333:assumed-role/Broker/*'],
  ['--allow', 'ALLOW'],
  ['--role', roleArn('Prod')],
  ['--role', '*/Ci'],
  ['--profile', 'prod'],
  ['--sessions-since', '2026-01-19T06:00:00Z', '--sessions-until', '2026-01-20T18:00:00Z'],
  ['--profile-map', 'MAP'],
]);
/** The second is so long that it is asked in slices. */
const begins = fc.constantFrom('2026-01-19T12:00:00Z', '2026-01-08');
/** A table without any event would be an error. */
const BYSTANDER = roleRecord(9999, { more: { eventName: 'GetCallerIdentity' } });
const ALLOW = `
rules:
  - { name: ci, reason: known, caller: 'arn:aws:iam::111122223333:role/Ci' }
  - { name: until noon, reason: known, role: '*/Prod', until: 2026-01-20T12:00:00Z }
  - { name: quoted, reason: known, source_identity: "o'brien" }
`;

test('any trail gives the reports that its files give', async () => {
  const worlds = fc.asyncProperty(
    trails,
    sessions,
    flags,
    begins,
    async (made, rows, chosen, since) => {
      const folder = temporaryFolder();
      const write = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      writeTrail([...recordsOf(made), BYSTANDER], join(folder, 'trail'));
      const files: Record<string, string> = {
        ALLOW: write('allow.yaml', ALLOW),
        MAP: write('map.yaml', 'Ci: prod\n'),
      };
      const given = [
        ...chosen.flat().map((text) => files[text] ?? text),
        `--sessions=${write('sessions.ndjson', `${rows.map(sessionOf).join('\n')}\n`)}`,
        `--since=${since}`,
        '--until=2026-01-21',
        `--aws-config=${write('config', '')}`,
        '--json',
      ];
      const table = { ...OURS, folder: join(folder, 'trail') };
      const athena = await startAthena(
        { 'audit.logs': table },
        { pollsUntilDone: 1, workGroups: { primary: { output: 's3://results/' } } },
      );
      const asked = ['--events', 'athena', '--athena-table', 'audit.logs'];
      asked.push('--endpoint-url', athena.url, '--region', 'us-east-1');
      try {
        for (const command of [
          ['untracked-sessions'],
          ['session-compliance'],
          ['export', 'verdicts'],
        ]) {
          const ofFiles = await reportOf([...command, ...given, '--events', table.folder]);
          const ofAthena = await reportOf([...command, ...given, ...asked]);
          expect(ofAthena).toEqual(ofFiles);
        }
      } finally {
        athena.close();
      }
    },
  );
  await fc.assert(worlds, { numRuns: Number(process.env['WORLDS'] ?? 15), endOnFailure: true });
});

type Made = typeof trails extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

function recordsOf(made: readonly Made[]): TrailRecord[] {
  return made.flatMap(({ eventName, errorCode, hasRole, region, echo, ...call }, n) => {
    const record = roleRecord(n, {
      ...(call as Call),
      more: {
        eventName,
        errorCode,
        awsRegion: region,
        ...(!hasRole && { requestParameters: null, resources: [] }),
        ...(echo.startsWith('twin') && { sharedEventID: `shared-${n}` }),
      },
    });
    const twin = { ...record, eventID: eventIdOf(1000 + n), userIdentity: OTHER_ACCOUNT };
    if (echo === 'twice') return [record, record];
    if (echo === 'same') return [record];
    return echo === 'twin' ? [record, twin] : [twin, record];
  });
}

function sessionOf({
  n,
  length,
  ...row
}: { n: number; started_at: string; length: number } & Row): string {
  const expires_at = new Date(Date.parse(row.started_at) + length * 60_000).toISOString();
  const created_at = row.started_at;
  return JSON.stringify(sessionRow(n, { ...row, created_at, expires_at, updated_at: expires_at }));
}

/** The report and the exit code, without what is the carrier's own. */
async function reportOf(argv: readonly string[]): Promise<unknown> {
  let [out, err] = ['', ''];
  const code = await main(argv, {
    env: {},
    stdin: Readable.from([]),
    stdout: sinkTo((text) => (out += text)),
    stderr: sinkTo((text) => (err += text)),
    signal: new AbortController().signal,
    now: parseInstant('2026-02-01T00:00:00Z')!,
  });
  expect(err).not.toContain('    at ');
  const { athena: _, ...report } = JSON.parse(out || '{}') as Record<string, unknown>;
  if (report['excluded']) (report['excluded'] as Record<string, unknown>)['outside_window'] = 0; // Athena reads none
  const { events } = (report['coverage'] ?? {}) as { events?: Record<string, unknown> };
  for (const name of ['files', 'missing']) delete events?.[name]; // what a folder has and lacks
  const { verdicts } = report;
  if (Array.isArray(verdicts)) {
    report['verdicts'] = verdicts.map((row) => JSON.stringify(row)).toSorted(); // in no order of theirs
  }
  return { code, report };
}

function sinkTo(take: (text: string) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take(chunk.toString());
      done();
    },
  });
}
