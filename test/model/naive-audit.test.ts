import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../src/model/time/instant.js';
import { startAthena } from '../support/athena.js';
import {
  CURRENT,
  MANUAL,
  OLDER,
  OLDEST,
  TIMES,
  ORGANIZATION,
  OURS,
  type TableShape,
} from '../support/athena-tables.js';
import { cli, scratch } from '../support/cli.js';
import { type TrailRecord, eventIdOf, startCloudTrail } from '../support/cloudtrail.js';
import { idOf } from '../support/sessions.js';
import { roleArn, roleRecord, writeTrail } from '../support/trail.js';
import {
  CATEGORIES,
  type NaiveAllowance,
  type NaiveAnswers,
  type NaiveCall,
  type NaiveRule,
  type NaiveSession,
  type NaiveWorld,
  naiveAudit,
} from './naive-audit.js';

/** How many worlds each carrier gets; more by hand: MODEL_WORLDS=300 npx vitest run test/model/naive-audit.test.ts. */
const WORLDS = Number(process.env['MODEL_WORLDS'] ?? 8);
const NOW = parseInstant('2026-02-01T00:00:00Z')!;
const DAY = Date.UTC(2026, 0, 20) / 1000;
/** Seconds since 1970, so many minutes into the day. */
const minute = (from: number, to: number): fc.Arbitrary<number> =>
  fc.integer({ min: from, max: to }).map((minutes) => DAY + minutes * 60);
const hours = (count: number): number => count * 60;
const SINCE = DAY + 9 * 3600;
const UNTIL = DAY + 12 * 3600;

const someProfile = fc.constantFrom('prod', 'dev', 'staging', roleArn('Dev'));
const identityOf = (n: number): string => `sentinel:alice:direct:000${n}`;

const someSessions: fc.Arbitrary<NaiveSession[]> = fc
  .uniqueArray(
    fc.record({
      n: fc.integer({ min: 1, max: 5 }),
      started: minute(hours(6), hours(12)),
      length: fc.integer({ min: 10, max: 300 }),
      updated: fc.integer({ min: 0, max: 120 }),
      status: fc.constantFrom('active', 'revoked', 'expired'),
      user: fc.constantFrom('alice', 'alice', 'bob'),
      profile: someProfile,
      hasIdentity: fc.boolean(),
    }),
    { selector: ({ n }) => n, minLength: 1, maxLength: 5 },
  )
  .map((rows) =>
    rows.map(({ n, started, length, updated, hasIdentity, ...row }) => ({
      ...row,
      id: idOf(n),
      started,
      created: started,
      updated: started + updated * 60,
      expires: started + length * 60,
      sourceIdentity: hasIdentity ? identityOf(n) : undefined,
    })),
  );

interface Caller {
  readonly arn: string | undefined;
  readonly identity?: string;
  readonly isService?: true;
}
const brokerArn = (name: string): string => `arn:aws:sts::111122223333:assumed-role/${name}/i-1`;
const callers: fc.Arbitrary<Caller> = fc.constantFrom<Caller>(
  { arn: brokerArn('Broker') },
  { arn: brokerArn('Broker') },
  { arn: brokerArn('Broker') },
  { arn: brokerArn('Ci') },
  { arn: brokerArn('Hop'), identity: `sentinel-${idOf(1)}` },
  { arn: undefined },
  { arn: undefined, isService: true },
);

/** A call with half a minute in its time: no border falls on it. */
interface Made extends NaiveCall {
  readonly request: string | undefined;
  readonly echo: 'none' | 'twice' | 'twin';
}
const calls: fc.Arbitrary<Made[]> = fc
  .array(
    fc.record({
      at: minute(hours(8), hours(13)),
      request: fc.constantFrom(
        undefined,
        undefined,
        '',
        ...[1, 2, 9].map((n) => `sentinel-${idOf(n)}`),
        ...[1, 2, 9].map(identityOf),
        'sentinel:bob:77',
        'sentinel::x',
        "o'brien",
      ),
      tag: fc.constantFrom(undefined, undefined, idOf(1), idOf(2), 'unknown'),
      role: fc.constantFrom('Prod', 'Prod', 'Dev', 'Ci', 'prod', 'staging', undefined),
      caller: callers,
      name: fc.constantFrom('AssumeRole', 'AssumeRole', 'AssumeRole', 'AssumeRoleWithSAML'),
      isFailed: fc.constantFrom(false, false, false, true),
      echo: fc.constantFrom('none' as const, 'none' as const, 'twice' as const, 'twin' as const),
    }),
    { maxLength: 14 },
  )
  .map((all) =>
    all.map(({ caller, role, request, tag, at, ...call }, n) => ({
      ...call,
      id: eventIdOf(n),
      at: at + 30,
      role: role === undefined ? undefined : roleArn(role),
      request: role === undefined ? undefined : request,
      identity: (role === undefined ? undefined : request || undefined) ?? caller.identity,
      tag: role === undefined ? undefined : tag,
      callerArn: caller.arn,
      callerIdentity: caller.identity,
      isService: caller.isService === true,
      records: call.echo === 'none' ? 1 : 2,
    })),
  );

const rules: fc.Arbitrary<NaiveRule[]> = fc
  .array(
    fc.record({
      effect: fc.constantFrom('require_server_session', 'require_server_session', 'allow', 'deny'),
      profiles: fc.subarray(['prod', 'dev', 'staging', 'backup', roleArn('Dev')]),
      users: fc.constantFrom([], [], ['alice']),
      mode: fc.constantFrom([], [], ['server'], ['cli']),
    }),
    { maxLength: 3 },
  )
  .map((all) => all.map((rule, n) => ({ ...rule, name: `rule-${n}` })));

const maps = fc.dictionary(
  fc.constantFrom('Prod', 'Dev', roleArn('Ci'), roleArn('Never')),
  fc.constantFrom('prod', 'dev', 'team'),
  { maxKeys: 2 },
);
const configs = fc.dictionary(
  fc.constantFrom('prod', 'dev', 'ops'),
  fc.constantFrom(roleArn('Prod'), roleArn('Ci')),
  { maxKeys: 2 },
);
const ALLOWANCES: readonly NaiveAllowance[] = [
  { caller: brokerArn('Ci'), role: '*/Ci' },
  { role: '*/Prod', until: DAY + 10 * 3600 },
  { sourceIdentity: "o'brien" },
];
const often = <T>(value: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.constantFrom(value, value, value, ...others);

const options = fc.record({
  allow: fc.subarray([...ALLOWANCES], { maxLength: 2 }),
  eventNames: often(['AssumeRole'], ['AssumeRole', 'AssumeRoleWithSAML']),
  takesServiceCalls: often(false, true),
  takesFailedCalls: often(false, true),
  broker: often<string | undefined>(undefined, brokerArn('Broker')),
  role: often<string | undefined>(undefined, roleArn('Prod')),
  profile: often<string | undefined>(undefined, 'prod', 'dev'),
  failOn: often<readonly string[]>(CATEGORIES, ['orphaned'], ['outside_session'], []),
  sessionsSince: fc.constantFrom(undefined, DAY - 2 * 86_400, DAY - 3 * 3600),
});

interface Input extends Omit<NaiveWorld, 'calls'> {
  readonly made: readonly Made[];
}
const inputs: fc.Arbitrary<Input> = fc
  .record({
    made: calls,
    sessions: someSessions,
    policy: rules,
    map: maps,
    config: configs,
    options,
  })
  .map(({ options: chosen, ...rest }) => ({ ...rest, ...chosen, since: SINCE, until: UNTIL }));

/** What a carrier shows of a world, and how to ask it. */
interface Carried {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly close?: () => void;
}
interface Carrier {
  readonly carry: (records: readonly TrailRecord[], folder: string) => Promise<Carried>;
  /** Does it show whether the caller has an identity of its own? */
  readonly showsHops: boolean;
  /** What it counts apart; elsewhere it never gets there. */
  readonly counts: readonly string[];
}

const ALWAYS = ['service_calls', 'failed_calls', 'duplicates', 'allowed', 'filtered_out'];
const athena = (shape: TableShape, showsHops = false): Carrier => ({
  showsHops,
  counts: [...ALWAYS, 'not_judged'],
  carry: async (records, folder) => {
    writeTrail(records, folder);
    const { url, close } = await startAthena(
      { 'audit.logs': { ...shape, folder } },
      { pollsUntilDone: 0, workGroups: { primary: { output: 's3://results/' } } },
    );
    const args = ['--events', 'athena', '--athena-table', 'audit.logs', '--whole-table'];
    return { args, env: { AWS_ENDPOINT_URL: url }, close };
  },
});
const CARRIERS: Readonly<Record<string, Carrier>> = {
  'log files': {
    showsHops: true,
    counts: [...ALWAYS, 'not_judged', 'outside_window'],
    carry: async (records, folder) => ({ args: ['--events', writeTrail(records, folder)] }),
  },
  LookupEvents: {
    showsHops: true,
    counts: ALWAYS,
    carry: async (records) => {
      const { url, close } = await startCloudTrail(
        { 'us-east-1': records },
        { now: NOW.seconds, perSecond: Infinity },
      );
      const env = { AWS_ENDPOINT_URL: url };
      return { args: ['--event-regions', 'us-east-1'], env, close };
    },
  },
  'Athena, OURS': athena(OURS, true),
  'Athena, CURRENT': athena(CURRENT),
  'Athena, OLDER': athena(OLDER),
  'Athena, OLDEST': athena(OLDEST),
  'Athena, TIMES': athena(TIMES),
  'Athena, MANUAL': athena(MANUAL),
  'Athena, ORGANIZATION': athena(ORGANIZATION),
};

/** A table without any event would be an error. */
const BYSTANDER = roleRecord(9999, {
  at: '2026-01-20T10:00:00Z',
  more: { eventName: 'GetCallerIdentity' },
});

describe.each(Object.entries(CARRIERS))('the naive model agrees on %s', (name, carrier) => {
  test('about any world', async () => {
    const property = fc.asyncProperty(inputs, async (input) => {
      const made = input.made.filter((call) => isShown(call, input, carrier));
      const shown = { ...input, made };
      const expected = naiveAudit({ ...shown, calls: made });
      const folder = scratch();
      const records = [...recordsOf(shown.made), BYSTANDER];
      const { args, env, close } = await carrier.carry(records, join(folder, 'trail'));
      try {
        const ask = (command: string): Promise<Answer> =>
          answerOf([command, ...argsOf(shown, folder), ...args], env);
        const facts = factsOf(
          await ask('untracked-sessions'),
          await ask('session-compliance'),
          carrier,
          made,
        );
        expect(facts).toEqual(expectedFacts(expected, carrier));
      } finally {
        close?.();
      }
    });
    const runs = name === 'LookupEvents' ? Math.ceil(WORLDS / 3) : WORLDS; // it keeps AWS's pace
    await fc.assert(property, { numRuns: runs, endOnFailure: !process.env['MODEL_SHRINK'] });
  });
});

function isShown({ callerIdentity, name }: Made, { eventNames }: Input, carrier: Carrier): boolean {
  const isAskedFor = carrier.counts.includes('not_judged') || eventNames.includes(name);
  return isAskedFor && (carrier.showsHops || callerIdentity === undefined);
}

function recordsOf(made: readonly Made[]): TrailRecord[] {
  return made.flatMap((call, n) => {
    const { arn, identity } = { arn: call.callerArn, identity: call.callerIdentity };
    const userIdentity = call.isService
      ? { type: 'AWSService', invokedBy: 'rds.amazonaws.com' }
      : arn === undefined
        ? { type: 'AWSAccount', principalId: 'AROA:x', accountId: '444455556666' }
        : {
            type: 'AssumedRole',
            arn,
            accountId: '111122223333',
            sessionContext: {
              sessionIssuer: { arn: roleArn(arn.split('/')[1] ?? '') },
              ...(identity !== undefined && { sourceIdentity: identity }),
            },
          };
    const record = roleRecord(0, {
      at: new Date(call.at * 1000).toISOString().replace('.000', ''),
      ...(call.role !== undefined && { role: call.role.slice(roleArn('').length) }),
      ...(call.request !== undefined && { identity: call.request }),
      ...(call.tag !== undefined && { tag: call.tag }),
      caller: userIdentity,
      more: {
        eventID: call.id,
        eventName: call.name,
        ...(call.isFailed && { errorCode: 'AccessDenied', responseElements: null }),
        ...(call.role === undefined && { requestParameters: null, resources: [] }),
        ...(call.echo === 'twin' && { sharedEventID: `shared-${n}` }),
      },
    });
    const lesser = { type: 'AWSAccount', principalId: 'AROA:x' };
    const twin = { ...record, eventID: eventIdOf(1000 + n), userIdentity: lesser };
    if (call.echo === 'none') return [record];
    return call.echo === 'twice' ? [record, record] : [record, twin];
  });
}

/** Writes the files, and says what to ask. */
function argsOf(input: Input, folder: string): string[] {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const json = (value: unknown): string => JSON.stringify(value); // which is YAML
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString();
  const config = Object.entries(input.config).map(
    ([profile, role]) => `[profile ${profile}]\nrole_arn = ${role}\n`,
  );
  const args = [
    `--since=${time(input.since)}`,
    `--until=${time(input.until)}`,
    `--sessions=${write('sessions.ndjson', input.sessions.map((one) => `${json(rowOf(one))}\n`).join(''))}`,
    `--aws-config=${write('config', config.join(''))}`,
    `--fail-on=${input.failOn.join() || 'none'}`,
    '--json',
  ];
  const give = (name: string, value: string | undefined): void => {
    if (value !== undefined) args.push(`--${name}=${value}`);
  };
  if (Object.keys(input.map).length > 0) give('profile-map', write('map.yaml', json(input.map)));
  if (input.policy.length > 0) {
    const policy = input.policy.map(({ name, effect, ...conditions }) => ({
      name,
      effect,
      conditions,
    }));
    give('policy', write('policy.yaml', json({ version: '1', rules: policy })));
  }
  if (input.allow.length > 0) {
    const list = input.allow.map(({ sourceIdentity, until, ...rule }, n) => ({
      name: `allowed ${n}`,
      reason: 'known',
      ...rule,
      ...(sourceIdentity !== undefined && { source_identity: sourceIdentity }),
      ...(until !== undefined && { until: time(until) }),
    }));
    give('allow', write('allow.yaml', json({ rules: list })));
  }
  give('event-name', input.eventNames.join());
  give('broker', input.broker);
  give('role', input.role);
  give('profile', input.profile);
  if (input.sessionsSince !== undefined) give('sessions-since', time(input.sessionsSince));
  if (input.takesServiceCalls) args.push('--include-service-calls');
  if (input.takesFailedCalls) args.push('--include-failed-calls');
  return args;
}

function rowOf(session: NaiveSession): object {
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return {
    id: session.id,
    user: session.user,
    profile: session.profile,
    status: session.status,
    started_at: time(session.started),
    expires_at: time(session.expires),
    created_at: time(session.created),
    updated_at: time(session.updated),
    ...(session.sourceIdentity !== undefined && { source_identity: session.sourceIdentity }),
  };
}

interface Answer {
  readonly code: number | null;
  readonly report: Readonly<Record<string, unknown>>;
  readonly stderr: string;
}

async function answerOf(args: readonly string[], env = {}): Promise<Answer> {
  const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const { code, stdout, stderr } = await cli(args, { env: { ...nowhere, ...env }, now: NOW });
  if (stdout === '') throw new Error(`${args.join(' ')}: ${code}: ${stderr}`);
  return { code, report: JSON.parse(stdout) as Answer['report'], stderr };
}

/** What of both documents the model knows, in its words. */
/** Of twins that say the same any may be the one that is kept: its id is that of the call. */
function factsOf(
  untracked: Answer,
  compliance: Answer,
  { counts }: Carrier,
  made: readonly Made[],
): object {
  const twins = new Map(made.map(({ id }, n) => [eventIdOf(1000 + n), id]));
  const { report } = untracked;
  const excluded = report['excluded'] as Readonly<Record<string, number>>;
  const findings = report['untracked_sessions'] as readonly Record<string, string | boolean>[];
  const rows = compliance.report['profiles'] as readonly Record<string, unknown>[];
  return {
    codes: { untracked: untracked.code, compliance: compliance.code },
    total: report['total_events'],
    tracked: report['tracked_events'],
    untracked: report['untracked_events'],
    orphaned: report['orphaned_events'],
    unverifiable: report['unverifiable_events'],
    unattributed: compliance.report['unattributed_events'],
    excluded: Object.fromEntries(counts.map((why) => [why, excluded[why]])),
    anomalies: report['anomalies'],
    findings: findings
      .map((row) => ({
        id: twins.get(String(row['event_id'])) ?? row['event_id'],
        category: row['category'],
        unverifiable: row['unverifiable'] === true,
        profiles: row['profile'] === undefined ? [] : String(row['profile']).split(';').toSorted(),
      }))
      .toSorted(byId),
    profiles: rows.map((row) => ({
      profile: row['profile'],
      required: row['policy_required'],
      rule: row['policy_rule'],
      tracked: row['tracked_count'],
      untracked: row['untracked_count'],
      unverifiable: row['unverifiable_count'],
      hasGap: row['has_gap'],
      undetermined: row['undetermined'],
    })),
  };
}

function expectedFacts(answers: NaiveAnswers, { counts }: Carrier): object {
  const { counts: numbers, findings, profiles, untrackedCode, complianceCode } = answers;
  const { excluded, ...rest } = numbers;
  return {
    codes: { untracked: untrackedCode, compliance: complianceCode },
    ...rest,
    excluded: Object.fromEntries(counts.map((why) => [why, excluded[why]])),
    findings: [...findings].toSorted(byId),
    profiles: profiles.map((row) => ({ ...row, isLost: undefined })),
  };
}

function byId(a: { readonly id?: unknown }, b: { readonly id?: unknown }): number {
  return String(a.id) < String(b.id) ? -1 : 1;
}
