import * as fc from 'fast-check';
import { onTestFinished, vi } from 'vitest';
import { RecordError } from '../../src/errors.js';
import { Counters, type ReadContext, type Reject } from '../../src/pipeline/read-context.js';
import { parseRoleCall } from '../../src/model/role-call/parse-role-call.js';
import type { RoleCall } from '../../src/model/role-call/role-call.js';
import { type Session, parseSession } from '../../src/model/session/session.js';
import { type TrailRecord, assumeRoleRecord, eventIdOf } from './cloudtrail.js';
import { temporaryFolder } from './contracts.js';
import { type Row, sessionRow } from './sessions.js';

/** A reading that keeps what it is told. */
export interface KeptReading {
  readonly context: ReadContext;
  readonly meter: Counters;
  readonly rejects: Reject[];
  readonly notes: string[];
}

export function keptReading(signal = new AbortController().signal): KeptReading {
  const meter = new Counters();
  const rejects: Reject[] = [];
  const notes: string[] = [];
  const context: ReadContext = {
    meter,
    reject: (reject) => {
      if (reject.kind === 'row') meter.rejected++;
      else meter.brokenFiles++;
      rejects.push(reject);
    },
    note: (text) => notes.push(text),
    detail: () => {},
    signal,
  };
  return { context, meter, rejects, notes };
}

/** The role event number `n`, of a record with these differences. */
export function roleEvent(n: number, overrides: TrailRecord = {}): RoleCall {
  return parseRoleCall(assumeRoleRecord({ eventID: eventIdOf(n), ...overrides }))!;
}

/** A role event whose call carries this source identity, and perhaps a session tag. */
export function eventOf(n: number, sourceIdentity: string | undefined, tag?: string): RoleCall {
  return { ...roleEvent(n), sourceIdentity, sessionTag: tag };
}

/** The role events of some records, and why others are none: what parsing everything gives. */
export function parseAll(records: readonly unknown[]): { events: RoleCall[]; reasons: string[] } {
  const events: RoleCall[] = [];
  const reasons: string[] = [];
  for (const record of records) {
    try {
      const event = parseRoleCall(record);
      if (event !== undefined) events.push(event);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      reasons.push(error.message);
    }
  }
  return { events, reasons };
}

/** Session number `n` of the table, with these differences. */
export function session(n: number, overrides: Row = {}): Session {
  return parseSession(sessionRow(n, overrides), []);
}

export function byId(a: RoleCall, b: RoleCall): number {
  return a.eventId < b.eventId ? -1 : 1;
}

/** A folder of its own for everything temporary that is made until the test is over. */
export function ownTemporaryFolder(): string {
  const folder = temporaryFolder();
  const { TMPDIR: before } = process.env;
  process.env['TMPDIR'] = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  return folder;
}

/** Made-up credentials for every client that is made until the environment is restored. */
export function stubAwsEnvironment(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_REGION', 'us-east-1');
}

/** Text that would lead astray whoever does not follow strings. */
const DECOY_TEXTS = [
  '"eventName":"AssumeRole"',
  JSON.stringify(assumeRoleRecord({ eventID: 'decoy' })),
  `},${JSON.stringify(assumeRoleRecord({ eventID: 'decoy' }))},{`,
  '"Records":[{"eventName":"AssumeRole"',
  ']}{"Records":[',
  '\\',
  '\\\\"',
  '"',
  '{[',
  ']}',
  '\n{"eventName":"AssumeRole"}\n',
  'aws-cli/2 AssumeRole',
  '\u2028\u0000é👍',
];
const texts = fc.oneof(fc.constantFrom(...DECOY_TEXTS), fc.string({ unit: 'binary' }));
const decoys = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    texts,
    fc.integer(),
    fc.constant(null),
    fc.constant(assumeRoleRecord({ eventID: 'decoy' })),
    fc.constant({ Records: [assumeRoleRecord({ eventID: 'decoy' })] }),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 2 }),
  ),
})).value;
/** A record of some call, full of text and objects that look like records of their own. */
export const someRecord = fc
  .record({
    n: fc.nat(0xffff),
    eventName: fc.constantFrom(
      'AssumeRole',
      'AssumeRole',
      'AssumeRoleWithSAML',
      'AssumeRoleWithWebIdentity',
      'AssumeRoot',
      'UpdateAssumeRolePolicy',
      'assumerole',
      'PutObject',
    ),
    eventSource: fc.constantFrom('sts.amazonaws.com', 'sts.amazonaws.com', 'iam.amazonaws.com'),
    userAgent: texts,
    requestParameters: fc.oneof(
      fc.constant(assumeRoleRecord()['requestParameters']),
      fc.record({ roleArn: texts, roleSessionName: texts, policy: texts, more: decoys }),
      fc.constant(null),
    ),
    additionalEventData: decoys,
    decoy: decoys,
  })
  .map(({ n, decoy, ...rest }) =>
    assumeRoleRecord({ eventID: eventIdOf(n), ...rest, [DECOY_TEXTS[0]!]: decoy }),
  );

/** A layout makes text of records; `listIn` finds them in it by parsing everything. */
export interface Layout {
  readonly write: (records: readonly TrailRecord[], indent: number) => string;
  readonly listIn: (text: string) => unknown[];
}
const lookedUp = (record: TrailRecord): TrailRecord => ({
  EventId: record['eventID'],
  EventName: record['eventName'],
  CloudTrailEvent: spelt(JSON.stringify(record)),
});
/** The records within events that were looked up. */
export const innerOf = (events: unknown): unknown[] =>
  (events as { CloudTrailEvent: string }[]).map(
    ({ CloudTrailEvent: text }) => JSON.parse(text) as unknown,
  );
/** Every layout of a file of records, but for gzip. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  'of a trail': {
    write: (Records, indent) => JSON.stringify({ Records }, null, indent),
    listIn: (text) => (JSON.parse(text) as { Records: unknown[] }).Records,
  },
  'as an array': {
    write: (records, indent) => JSON.stringify(records, null, indent),
    listIn: (text) => JSON.parse(text) as unknown[],
  },
  'as NDJSON': {
    write: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    listIn: (text) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
  },
  'as saved lookup-events output': {
    write: (records, indent) =>
      JSON.stringify({ Events: records.map(lookedUp), NextToken: null }, null, indent),
    listIn: (text) => innerOf((JSON.parse(text) as { Events: unknown }).Events),
  },
  'as an array of looked up events': {
    write: (records, indent) => JSON.stringify(records.map(lookedUp), null, indent),
    listIn: (text) => innerOf(JSON.parse(text)),
  },
};

/** The same JSON, with some names spelt with escapes. */
export function spelt(text: string): string {
  let count = 0;
  return text.replaceAll('AssumeRo', (name) => {
    const spellings = [name, '\\u0041ssumeRo', 'Assume\\u0052o', 'As\\u0073umeR\\u006f'];
    return spellings[count++ % spellings.length]!;
  });
}
