import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { main } from '../src/cli.js';
import { ExitCode } from '../src/errors.js';
import { callToOcsf } from '../src/model/ocsf/authentication.js';
import { type RoleCall, isFailedCall, isServiceCall } from '../src/model/role-call/role-call.js';
import { parseInstant } from '../src/model/time/instant.js';
import { openCarrier } from '../src/sources/open-carrier.js';
import { openSpool } from '../src/disk/spool.js';
import { fullerTwin } from '../src/transforms/fuller-twin.js';
import { onceById } from '../src/transforms/once-by-id.js';
import { through } from '../src/pipeline/through.js';
import { startAthena } from './support/athena.js';
import { MANUAL } from './support/athena-tables.js';
import { rowsOf, temporaryFolder } from './support/contracts.js';
import { ownSchema, problemsOf, publishedSchema } from './support/ocsf-schema.js';
import { keptReading, stubAwsEnvironment } from './support/records.js';
import { sessionRow } from './support/sessions.js';

/** Logs of a real trail, which lie beside the project where they lie at all; their README counts them. */
const LOGS = fileURLToPath(new URL('../../shared/data/cloudtrail-real', import.meta.url));
const isMissing = !existsSync(LOGS);
if (isMissing) console.info('The logs of a real trail are skipped: ../shared/data has none');

const window = {
  since: parseInstant('2023-07-10T00:00:00Z')!,
  until: parseInstant('2023-07-11T00:00:00Z')!,
};

describe.skipIf(isMissing)('the logs of a real trail', () => {
  test('have the role events that were counted in them otherwise', async () => {
    const { events, rejects, duplicates } = await readAll();
    expect(rejects).toEqual([]);
    expect(events.map(({ eventName }) => eventName)).toEqual(Array(49).fill('AssumeRole'));
    expect(events.filter(isServiceCall).length).toBe(26);
    const calls = events.filter((event) => !isServiceCall(event));
    expect(calls.map(({ callerType }) => callerType)).toEqual(Array(23).fill('IAMUser'));
    expect(
      calls.filter(isFailedCall).map(({ errorCode, roleArn }) => [errorCode, roleArn]),
    ).toEqual(Array.from({ length: 13 }, () => ['AccessDenied', undefined]));
    const succeeded = calls.filter((event) => !isFailedCall(event));
    expect(succeeded.length).toBe(10);
    for (const { roleArn } of succeeded) expect(roleArn).toMatch(/^arn:aws:iam::\d{12}:role\//);
    expect(events.filter((event) => event.sourceIdentity !== undefined)).toEqual([]);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(49);
    expect(duplicates).toBe(0);
  });

  test('are valid documents of OCSF: those that were denied name no role', async () => {
    const { events } = await readAll();
    const context = { version: undefined, hash: (text: string) => text };
    const documents = events.map(
      (call) => JSON.parse(JSON.stringify(callToOcsf(call, context))) as Record<string, unknown>,
    );
    const schema = publishedSchema() ?? ownSchema();
    expect(documents.flatMap((document) => problemsOf(document, schema))).toEqual([]);
    const classes = documents.map((document) => document['class_uid']);
    expect(classes.filter((uid) => uid === 6003)).toHaveLength(13);
    expect(classes.filter((uid) => uid === 3002)).toHaveLength(36);
  });

  test.each(['files', 'Athena'])('are ten calls without a source identity: %s', async (carrier) => {
    const sessions = join(temporaryFolder(), 'sessions.ndjson');
    writeFileSync(sessions, `${JSON.stringify(sessionRow(0))}\n`);
    const from = carrier === 'files' ? ['--events', LOGS] : await inAthena();
    const { code, report } = await untracked(['--sessions', sessions, ...from]);
    expect(code).toBe(ExitCode.Findings);
    expect(report).toMatchObject({
      total_events: 10,
      tracked_events: 0,
      untracked_events: 10,
      orphaned_events: 0,
      complete: true,
      rejected: 0,
      regions: ['us-east-1'],
      excluded: { service_calls: 26, failed_calls: 13, duplicates: 0, outside_window: 0 },
    });
    expect(report.untracked_sessions.map(({ category }) => category)).toEqual(
      Array(10).fill('no_source_identity'),
    );
  });
});

async function readAll(): Promise<{
  events: RoleCall[];
  rejects: unknown[];
  duplicates: number;
}> {
  const { context, rejects } = keptReading();
  const from = { logs: [LOGS], eventRegions: undefined, eventNames: [], window };
  const { calls, inOrderOfDays, dispose } = await openCarrier(from, Readable.from([]), context);
  expect(inOrderOfDays()).toBe(true);
  let duplicates = 0;
  const countDuplicates = (count: number): void => void (duplicates += count);
  const counts = { countDuplicates, countContradictions: countDuplicates };
  const unique = await rowsOf(
    through(calls(), onceById({ ...counts, inOrderOfDays }), fullerTwin({ ...counts, openSpool })),
  );
  await dispose();
  return { events: unique, rejects, duplicates };
}

async function inAthena(): Promise<readonly string[]> {
  stubAwsEnvironment();
  const { url, close } = await startAthena({ 'audit.logs': { ...MANUAL, folder: LOGS } });
  onTestFinished(() => {
    close();
    vi.unstubAllEnvs();
  });
  const table = ['--athena-table', 'audit.logs', '--athena-output', 's3://results/'];
  return ['--events', 'athena', ...table, '--endpoint-url', url, '--region', 'us-east-1'];
}

async function untracked(more: readonly string[]): Promise<{
  code: ExitCode;
  report: { untracked_sessions: { category: string }[] };
}> {
  let stdout = '';
  const output = (onText: (text: string) => void): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        onText(chunk.toString());
        done();
      },
    });
  const range = ['--since', '2023-07-10', '--until', '2023-07-11'];
  const code = await main(['untracked-sessions', ...range, '--format', 'json', ...more], {
    env: {},
    stdin: Readable.from([]),
    stdout: output((text) => (stdout += text)),
    stderr: output(() => {}),
    signal: new AbortController().signal,
    now: parseInstant('2026-01-18T00:00:00Z')!,
  });
  return { code, report: JSON.parse(stdout) as { untracked_sessions: { category: string }[] } };
}
