import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Ended, cli, scratch } from '../support/cli.js';
import {
  type CloudTrail,
  type TrailOptions,
  type TrailRecord,
  assumeRoleRecord,
  eventIdOf,
  startCloudTrail,
} from '../support/cloudtrail.js';
import { ended, startProgram } from '../support/program.js';
import { idOf, sessionRow } from '../support/sessions.js';

const HOUR = 3_600_000;
const now = Date.now();
const sessions = join(scratch(), 'sessions.ndjson');
const at = (hoursAgo: number): string =>
  `${new Date(now - hoursAgo * HOUR).toISOString().slice(0, 19)}Z`;
const times = {
  created_at: at(5),
  started_at: at(5),
  updated_at: at(4),
  last_access_at: at(4),
  expires_at: at(-5),
};
writeFileSync(sessions, `${JSON.stringify(sessionRow(1, times))}\n`);

/** One tracked, one not, in the region in use; one not in us-east-1. */
const records: Readonly<Record<string, readonly TrailRecord[]>> = {
  'eu-west-1': [event(1, 2, `sentinel-${idOf(1)}`), event(2, 1)],
  'us-east-1': [event(3, 1.5)],
};

function event(n: number, hoursAgo: number, sourceIdentity?: string): TrailRecord {
  const record = assumeRoleRecord({ eventID: eventIdOf(n), eventTime: at(hoursAgo) });
  const { sourceIdentity: _, ...request } = record['requestParameters'] as Record<string, unknown>;
  const requestParameters = { ...request, ...(sourceIdentity && { sourceIdentity }), tags: [] };
  return { ...record, requestParameters, responseElements: null };
}

let trail: CloudTrail;
afterEach(() => trail.close());

async function run(args: string, options: TrailOptions = {}): Promise<Ended> {
  trail = await startCloudTrail(records, options);
  const command = `untracked-sessions --sessions ${sessions} ${args}`;
  return cli(command.split(' '), {
    env: { AWS_ENDPOINT_URL_CLOUDTRAIL: trail.url, AWS_REGION: 'eu-west-1' },
  });
}

describe('untracked-sessions asks CloudTrail', () => {
  it('in the region in use and in us-east-1, and says which', async () => {
    const { code, stdout } = await run('--since 3h --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      total_events: 3,
      tracked_events: 1,
      untracked_events: 2,
      complete: true,
      regions: ['eu-west-1', 'us-east-1'],
      fresh_until: expect.stringMatching(/Z$/),
    });
    expect(stdout).not.toContain('HIDDEN');
  });

  it('and a region that refuses leaves the others judged and the run incomplete', async () => {
    const { code, stdout, stderr } = await run('--since 3h --json', {
      faultFor: (_number, _parameters, region) =>
        region === 'us-east-1' ? { error: 'AccessDeniedException' } : undefined,
    });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      total_events: 2,
      complete: false,
      regions: ['eu-west-1'],
      coverage: { events: { missing: [expect.stringContaining('region us-east-1: ')] } },
    });
    expect(stderr).toContain('the events of us-east-1 were not read');
    expect(stderr).toContain('incomplete: 1 region could not be read');
  });

  it('in the regions it is told, for the calls it is told', async () => {
    const { code, stdout } = await run(
      '--since 2h --until 15m --event-regions us-east-1 --event-name AssumeRoleWithSAML --json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total_events: 0, regions: ['us-east-1'] });
    expect(
      JSON.stringify(trail.seen.map(({ parameters }) => parameters.LookupAttributes)),
    ).toContain('AssumeRoleWithSAML');
  });

  it('for ninety days at the most: what lies before is said, and the run fails', async () => {
    const { code, stdout, stderr } = await run(
      '--since 100d --until 89d --event-regions eu-west-1',
    );
    expect(code).toBe(3);
    expect(stderr).toContain("CloudTrail's event history has 90 days: events before ");
    expect(stdout).toContain('Incomplete');
    const inGrace = await run('--since 2160h30m --until 89d --event-regions eu-west-1');
    expect(inGrace.code).toBe(0);
  });

  it('not for a window that lies wholly before', async () => {
    const { code, stderr } = await run('--since 100d --until 95d');
    expect([code, trail.seen.length]).toEqual([2, 0]);
    expect(stderr).toContain('before the 90 days');
  });

  it('again when it is throttled or breaks, and counts that', async () => {
    const { code, stderr } = await run('--since 2h --event-regions eu-west-1 --json', {
      faultFor: (number) => (number === 0 ? 'throttle' : number === 1 ? '500' : undefined),
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/, ([2-9]|\d\d) retries, /);
  });

  it('and reports nothing when it may not', async () => {
    const { code, stdout, stderr } = await run('--since 2h', {
      faultFor: () => ({ error: 'AccessDeniedException' }),
    });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /cloudtrail:LookupEvents of CloudTrail in (eu-west|us-east)-1: AccessDenied/,
    );
  });

  it.each([
    ['{}', 'without a list of events'],
    ['null', 'without a list of events'],
    ['{"Events":null}', 'without a list of events'],
    ['{"Events":[],"NextToken":"again"}', 'the same NextToken again'],
  ])('and reports nothing when the answer is %s', async (body, message) => {
    const { code, stdout, stderr } = await run('--since 2h', { faultFor: () => ({ body }) });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('and rejects events that are nothing, or have nothing in them', async () => {
    const { code, stderr } = await run('--since 1h --event-regions eu-west-1', {
      faultFor: () => ({ body: '{"Events":[null,{}]}' }),
    });
    expect(code).toBe(3);
    expect(stderr).toContain('2 rows could not be understood');
  });

  it('no more once it is interrupted', async () => {
    trail = await startCloudTrail(records, { faultFor: () => ({ slow: 60_000 }) });
    const child = startProgram(['untracked-sessions', '--since', '2h', '--sessions', sessions], {
      env: { AWS_ENDPOINT_URL_CLOUDTRAIL: trail.url, AWS_REGION: 'eu-west-1' },
    });
    while (trail.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const { code, stdout } = await ended(child);
    expect([code, stdout]).toEqual([130, '']);
  });
});
