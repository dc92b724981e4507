import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { afterAll, describe, expect, it } from 'vitest';
import { clientConfig } from '../../../src/aws/aws.js';
import type { Instant } from '../../../src/model/time/instant.js';
import { Counters, type ReadContext } from '../../../src/pipeline/read-context.js';
import { LookupCache } from '../../../src/sources/cloudtrail/lookup/lookup-cache.js';
import { readLookupEvents } from '../../../src/sources/cloudtrail/lookup/lookup-events.js';
import { coverOf } from '../../../src/sources/cloudtrail/lookup/time-slice.js';
import { seeded } from '../../support/busy-table.js';
import { cli, scratch } from '../../support/cli.js';
import {
  type TrailOptions,
  type TrailRecord,
  assumeRoleRecord,
  eventIdOf,
  startCloudTrail,
} from '../../support/cloudtrail.js';
import { StepClock } from '../../support/step-clock.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Older than a day, whenever the test runs. */
const NOW = Math.floor(Date.now() / 1000);
const FIRST = NOW - 30 * DAY;

const stops: (() => void)[] = [];
afterAll(() => stops.forEach((stop) => stop()));

const at = (seconds: number): Instant => ({ seconds, nanos: 0 });

function recordsAt(times: readonly number[]): TrailRecord[] {
  return times.map((time, n) =>
    assumeRoleRecord({
      eventID: eventIdOf(n),
      eventTime: `${new Date(time * 1000).toISOString().slice(0, 19)}Z`,
    }),
  );
}

/** A history, and reads of it with a cache; each says what it got and how often it asked. */
async function history(
  records: Readonly<Record<string, readonly TrailRecord[]>>,
  options: TrailOptions = {},
): Promise<{
  folder: string;
  read: (since: number, until: number, more?: ReadMore) => Promise<ReadResult>;
}> {
  const folder = scratch();
  const trail = await startCloudTrail(records, { perSecond: Infinity, ...options });
  stops.push(trail.close);
  const read = async (since: number, until: number, more: ReadMore = {}): Promise<ReadResult> => {
    const { account = '111122223333', version = '1.0.0', stopAfter = Infinity } = more;
    const before = trail.seen.length;
    const notes: string[] = [];
    const meter = new Counters();
    const stop = new AbortController();
    const context: ReadContext = {
      meter,
      reject: () => meter.rejected++,
      note: (text) => notes.push(text),
      detail: () => {},
      signal: stop.signal,
    };
    const clients: CloudTrailClient[] = [];
    const clientFor = async (region: string): Promise<CloudTrailClient> => {
      const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
      const config = await clientConfig(
        'CloudTrail',
        { region, endpointUrl: trail.url, env },
        context,
      );
      const client = new CloudTrailClient(config);
      clients.push(client);
      return client;
    };
    const ids: string[] = [];
    try {
      const source = readLookupEvents(
        {
          clientFor,
          regions: Object.keys(records),
          eventNames: ['AssumeRole'],
          window: { since: at(since), until: at(until) },
          clock: new StepClock(),
          cache: { files: new LookupCache(folder, version), account },
        },
        context,
      );
      for await (const calls of source) {
        ids.push(...calls.map(({ eventId }) => eventId));
        if (trail.seen.length - before >= stopAfter) stop.abort(new Error('stopped'));
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      for (const client of clients) client.destroy();
    }
    return { ids: ids.toSorted(), asked: trail.seen.length - before, notes, meter };
  };
  return { folder, read };
}

interface ReadMore {
  readonly account?: string;
  readonly version?: string;
  readonly stopAfter?: number;
}

interface ReadResult {
  readonly ids: readonly string[];
  readonly asked: number;
  readonly notes: readonly string[];
  readonly meter: Counters;
}

/** The files of a cache, whole paths. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** The ids of events in `[since, until)`. */
function idsOf(times: readonly number[], since: number, until: number): string[] {
  return times
    .flatMap((time, n) => (time >= since && time < until ? [eventIdOf(n)] : []))
    .toSorted();
}

describe('what LookupEvents returned', () => {
  it('is asked for once, whatever windows are read and wherever a run is stopped', async () => {
    const random = seeded(7);
    const some = (most: number): number => Math.floor(random() * most);
    const times = Array.from({ length: 300 }, () => FIRST + some(20 * DAY));
    const { read } = await history({ 'us-east-1': recordsAt(times) }, { pageSize: 7 });
    let asked = 0;
    for (let n = 0; n < 25; n++) {
      const since = FIRST + some(18 * DAY);
      const until = since + 1 + some(4 * DAY);
      if (n % 3 === 0) asked += (await read(since, until, { stopAfter: 1 + some(20) })).asked;
      const first = await read(since, until);
      expect(first.ids).toEqual(idsOf(times, since, until));
      expect(first.meter.events).toBe(first.ids.length);
      const second = await read(since, until);
      expect([second.asked, second.ids]).toEqual([0, first.ids]);
      asked += first.asked;
    }
    const { ids, asked: missing } = await read(FIRST, FIRST + 22 * DAY);
    expect(ids).toEqual(idsOf(times, FIRST, FIRST + 22 * DAY));
    expect(asked + missing).toBeGreaterThan(0);
  });

  it('goes on after an interruption where it was', async () => {
    const times = Array.from({ length: 400 }, (_, n) => FIRST + n * HOUR);
    const { read } = await history({ 'us-east-1': recordsAt(times) }, { pageSize: 5 });
    const whole = 400 / 5;
    const stopped = await read(FIRST, FIRST + 400 * HOUR, { stopAfter: whole / 2 });
    const rest = await read(FIRST, FIRST + 400 * HOUR);
    expect(rest.ids.length).toBe(400);
    expect(stopped.asked + rest.asked).toBeLessThan(whole * 1.5);
  });

  it('is asked for again while it is younger than a day', async () => {
    const times = [NOW - 30 * HOUR, NOW - 23 * HOUR, NOW - HOUR];
    const { read, folder } = await history({ 'us-east-1': recordsAt(times) });
    const first = await read(NOW - 31 * HOUR, NOW);
    const second = await read(NOW - 31 * HOUR, NOW);
    expect([first.ids.length, second.ids]).toEqual([3, first.ids]);
    expect(second.asked).toBeGreaterThan(0);
    expect(second.asked).toBeLessThan(first.asked);
    for (const file of filesIn(folder)) {
      expect(Number(/-(\d+)\./.exec(file)![1])).toBeLessThan(NOW - DAY + 60);
    }
  });

  it('is kept apart by account, region, name and version of the program', async () => {
    const records = { 'us-east-1': recordsAt([FIRST]), 'eu-west-1': recordsAt([FIRST, FIRST]) };
    const { read } = await history(records);
    const { asked } = await read(FIRST, FIRST + HOUR);
    expect((await read(FIRST, FIRST + HOUR)).asked).toBe(0);
    expect((await read(FIRST, FIRST + HOUR, { account: '444455556666' })).asked).toBe(asked);
    expect((await read(FIRST, FIRST + HOUR, { version: '1.0.1' })).asked).toBe(asked);
  });

  it('is readable by its owner alone, and holds no credentials', async () => {
    const { read, folder } = await history({ 'us-east-1': recordsAt([FIRST, FIRST + 1]) });
    await read(FIRST, FIRST + HOUR);
    const [file = ''] = filesIn(folder);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    const text = gunzipSync(readFileSync(file)).toString();
    expect(text).toContain(eventIdOf(1));
    expect(text).not.toMatch(/HIDDEN|ASIAEXAMPLEISSUED|sessionToken/);
  });

  it.each<[string, (file: string) => void]>([
    ['changed', (file) => writeFileSync(file, readFileSync(file).fill(7, 20, 21))],
    ['cut', (file) => writeFileSync(file, readFileSync(file).subarray(0, -3))],
    ['emptied', (file) => writeFileSync(file, '')],
    ['that says another time', (file) => renameSync(file, file.replace(/\d+-(\d+)\./, '1-$1.'))],
  ])('in a file that was %s is asked for again', async (_, damage) => {
    const { read, folder } = await history({ 'us-east-1': recordsAt([FIRST, FIRST + 1]) });
    const first = await read(FIRST, FIRST + HOUR);
    filesIn(folder).forEach(damage);
    const second = await read(FIRST, FIRST + HOUR);
    expect([second.asked, second.ids]).toEqual([first.asked, first.ids]);
    expect((await read(FIRST, FIRST + HOUR)).asked).toBe(0);
  });

  it('of another region or account does not count, though its file lies there', async () => {
    const records = { 'us-east-1': recordsAt([FIRST]), 'eu-west-1': [] };
    const { read, folder } = await history(records);
    await read(FIRST, FIRST + HOUR);
    for (const file of filesIn(folder)) {
      const other = file.includes('us-east-1') ? 'eu-west-1' : 'us-east-1';
      renameSync(file, `${file.replace(/us-east-1|eu-west-1/, other)}.moved`);
    }
    for (const file of filesIn(folder)) renameSync(file, file.replace(/\.moved$/, ''));
    const { ids, asked } = await read(FIRST, FIRST + HOUR);
    expect([ids, asked]).toEqual([[eventIdOf(0)], 2]);
  });

  it('in a folder that others can write to is not used, wherever it lies', async () => {
    const { read, folder } = await history({ 'us-east-1': recordsAt([FIRST]) });
    await read(FIRST, FIRST + HOUR);
    for (const path of [dirname(filesIn(folder)[0]!), join(folder, 'lookup-events/1.0.0-1')]) {
      chmodSync(path, 0o777);
      await expect(read(FIRST, FIRST + HOUR)).rejects.toThrow(`others can write to ${path}`);
      chmodSync(path, 0o700);
    }
  });

  it.each<[string, (file: string) => void]>([
    ['that others can write', (file) => chmodSync(file, 0o666)],
    ['that is a folder', (file) => (renameSync(file, `${file}.old`), mkdirSync(file))],
    [
      'that leads nowhere',
      (file) => (renameSync(file, `${file}.old`), symlinkSync('/nowhere', file)),
    ],
    [
      'that never ends',
      (file) => (renameSync(file, `${file}.old`), symlinkSync('/dev/zero', file)),
    ],
  ])('in a file %s is asked for again', async (_, change) => {
    const { read, folder } = await history({ 'us-east-1': recordsAt([FIRST]) });
    const first = await read(FIRST, FIRST + HOUR);
    change(filesIn(folder)[0]!);
    const second = await read(FIRST, FIRST + HOUR);
    expect([second.asked, second.ids]).toEqual([first.asked, first.ids]);
  });

  it('with an event that cannot be understood is asked for, and told, again', async () => {
    const records = { 'us-east-1': recordsAt([FIRST]) };
    const { read } = await history(records, { textOf: () => 'no JSON' });
    for (let n = 0; n < 2; n++) {
      const { meter, asked } = await read(FIRST, FIRST + HOUR);
      expect([meter.rejected, asked]).toEqual([1, 1]);
    }
  });

  it('is not spoilt by two runs at once', async () => {
    const times = Array.from({ length: 200 }, (_, n) => FIRST + n * HOUR);
    const { read } = await history({ 'us-east-1': recordsAt(times) }, { pageSize: 10 });
    const until = FIRST + 200 * HOUR;
    const both = await Promise.all([read(FIRST, until), read(FIRST + 50 * HOUR, until)]);
    const again = await read(FIRST, until);
    expect(both.map(({ ids }) => ids.length)).toEqual([200, 150]);
    expect([again.ids.length, again.asked]).toEqual([200, 0]);
  });

  it('that cannot be kept is told once for a slice, and the events come all the same', async () => {
    const { read, folder } = await history({ 'us-east-1': recordsAt([FIRST]) });
    const place = join(folder, 'lookup-events/1.0.0-1/111122223333/us-east-1');
    mkdirSync(place, { recursive: true });
    if (process.getuid?.() === 0) {
      symlinkSync('/proc/self', join(place, 'AssumeRole')); // nobody can write there
    } else {
      mkdirSync(join(place, 'AssumeRole'));
      chmodSync(join(place, 'AssumeRole'), 0o500);
    }
    const { ids, notes } = await read(FIRST, FIRST + HOUR);
    expect([ids, notes]).toEqual([
      [eventIdOf(0)],
      [expect.stringMatching(/^the cache takes no more: E/)],
    ]);
  });
});

describe('a cover', () => {
  it('has each second once, from a file or as a gap', () => {
    const random = seeded(3);
    const some = (most: number): number => Math.floor(random() * most);
    for (let n = 0; n < 500; n++) {
      const files = Array.from({ length: some(6) }, () => {
        const from = some(40);
        return { from, to: from + some(15) };
      });
      const span = { from: 5, to: 5 + some(40) };
      const { held, gaps } = coverOf(span, files);
      const seconds = [...held.map(({ part }) => part), ...gaps].flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, second) => from + second),
      );
      const all = Array.from({ length: span.to - span.from + 1 }, (_, second) => 5 + second);
      expect(seconds.toSorted((a, b) => a - b)).toEqual(all);
      for (const { file, part } of held) {
        expect(part.from >= file.from && part.to <= file.to).toBe(true);
      }
      const isHeld = (second: number): boolean =>
        files.some(({ from, to }) => from <= second && second <= to);
      for (const { from, to } of gaps) expect([isHeld(from), isHeld(to)]).toEqual([false, false]);
    }
  });
});

describe('--cache', () => {
  const args = ['export', 'events', '--since', '2026-01-01', '--until', '2026-01-02'];

  it('serves the second run of a command', async () => {
    const day = Date.UTC(2026, 0, 1) / 1000;
    const trail = await startCloudTrail(
      { 'us-east-1': recordsAt([day + 1, day + HOUR]) },
      { now: day + 30 * DAY },
    );
    stops.push(trail.close);
    const folder = join(scratch(), 'cache');
    const env = { AWS_ENDPOINT_URL_CLOUDTRAIL: trail.url };
    const now = { seconds: day + 30 * DAY, nanos: 0 };
    const short = [...args.slice(0, -1), '2026-01-01T02:00:00Z', '--cache', folder];
    const first = await cli(short, { env, now });
    const asked = trail.seen.length;
    const second = await cli(short, { env, now });
    expect([first.code, second.code, second.stdout]).toEqual([0, 0, first.stdout]);
    expect(first.stdout.split('\n').length).toBe(4);
    expect([asked, trail.seen.length]).toEqual([2, 2]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.each([
    [['--events', 'x.json'], 'is only for events of lookup'],
    [['--cache', 's3://bucket/x'], 'needs a folder of this machine'],
    [['--cache', 'x.json'], 'x.json is not a folder'],
    [['--cache', 'open'], 'others can write to open'],
  ])('%j is refused', async (more, reason) => {
    const cwd = scratch();
    writeFileSync(join(cwd, 'x.json'), '');
    mkdirSync(join(cwd, 'open'));
    chmodSync(join(cwd, 'open'), 0o777);
    const cache = more.includes('--cache') ? [] : ['--cache', 'c'];
    const now = { seconds: Date.UTC(2026, 0, 3) / 1000, nanos: 0 };
    const { code, stderr } = await cli([...args, ...cache, ...more], { cwd, now });
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});
