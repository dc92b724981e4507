import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRecord } from '../../src/model/archive/archive-record.js';
import { itemOf, sessionsIn } from '../support/archives.js';
import { BusyTable, seeded, versionOf } from '../support/busy-table.js';
import { objects, scratch } from '../support/cli.js';
import { ended, startProgram } from '../support/program.js';
import { startS3 } from '../support/s3/server.js';
import { slowly } from '../support/slowly.js';
import type { Row } from '../support/sessions.js';
import { startStreamedTable } from '../support/streams/server.js';

const KILLS = Number(process.env['ARCHIVE_KILLS'] ?? 8);
const SEED = Number(process.env['ARCHIVE_SEED'] ?? 1);

/** A run asks an open shard ten times before it believes that it is at its end. */
const RUN_MS = 4000;
/** A lock that a killed run left is taken over after so long. */
const LOCK_MS = 10_000;

/** Where an archive lies. */
interface Place {
  readonly to: string;
  readonly env: Readonly<Record<string, string>>;
  readonly read: (name: string) => Buffer | undefined;
  /** Calls back for each thing that is written there. */
  readonly onWrite: (tell: () => void) => () => void;
}

async function inFolder(): Promise<Place> {
  const folder = scratch();
  return {
    to: folder,
    env: {},
    read: (name) => {
      const path = join(folder, name);
      return existsSync(path) ? readFileSync(path) : undefined;
    },
    onWrite: (tell) => {
      const watching = watch(folder, tell);
      return () => watching.close();
    },
  };
}

async function inS3(): Promise<Place> {
  let tell = (): void => {};
  const s3 = await startS3({
    buckets: { audit: {} },
    fault: ({ operation }) => {
      if (operation === 'PutObject') tell();
      return undefined;
    },
  });
  onTestFinished(() => s3.close());
  return {
    to: 's3://audit/sentinel',
    env: { AWS_ENDPOINT_URL_S3: s3.url },
    read: (name) => s3.get('audit', `sentinel/${name}`),
    onWrite: (told) => {
      tell = told;
      return () => void (tell = () => {});
    },
  };
}

/** An empty table, and an archive that is to be made of it. */
async function world(place: Place, random: () => number) {
  const table = await startStreamedTable();
  const busy = new BusyTable(table, random);
  onTestFinished(() => {
    busy.stop();
    table.close();
  });
  const start = (...args: string[]): ChildProcess =>
    startProgram(['archive', '--to', place.to, ...args], {
      env: { AWS_ENDPOINT_URL: table.url, ...place.env },
    });
  return { busy, start };
}

/** The record, which is whole whatever happened; undefined where there is none yet. */
function recordIn({ read }: Place) {
  const text = read('archive.json')?.toString();
  if (text === undefined) return undefined;
  const record = parseRecord(text);
  if (record === undefined) throw new Error(`this is no record: ${text}`);
  return record;
}

function rowsIn(place: Place): readonly Row[] {
  const files = recordIn(place)?.files ?? [];
  return files.flatMap(({ name }) => objects(gunzipSync(place.read(name)!).toString()));
}

async function expectTruth(place: Place, { newest }: BusyTable): Promise<void> {
  const sessions = await sessionsIn(place.to, place.env);
  expect(sessions.map(versionOf).toSorted()).toEqual([...newest.values()].toSorted());
}

/** Each row of the stream is there as often as the stream has shown it, and each session as it was last. */
async function expectEachOnce(place: Place, busy: BusyTable): Promise<void> {
  expect(rowsIn(place).map(versionOf).toSorted()).toEqual(busy.shown.toSorted());
  expect(recordIn(place)).toMatchObject({ gaps: [], spans: [expect.anything()] });
  await expectTruth(place, busy);
}

async function wholeRun(start: (...args: string[]) => ChildProcess, ...args: string[]) {
  expect(await ended(start(...args))).toMatchObject({ code: 0, stdout: '' });
}

/**
 * Kills runs: every other one at any time from its start to after its end, the others when it writes, where a
 * kill does most harm. Rows come as soon as there is a record: the first run has them twice otherwise, from the
 * table and from its stream.
 */
async function killRuns(place: Place, random: () => number, ...args: string[]) {
  const { busy, start } = await world(place, random);
  for (let kill = 0; kill < KILLS; kill++) {
    const before = recordIn(place);
    if (before !== undefined) busy.start(20);
    const run = start(...args);
    const exit = once(run, 'exit');
    const ready = kill % 2 === 0 ? sleep(random() * RUN_MS) : written(place, 1 + random() * 5);
    await Promise.race([ready, exit.then(() => sleep(random() * 50))]);
    busy.stop();
    run.kill('SIGKILL');
    await exit;
    const after = recordIn(place);
    // The first run finds no row; each later one adds files, or merges them.
    if (before === undefined) expect(after?.files ?? []).toEqual([]);
    else if (args.length === 0) {
      expect(after?.files.slice(0, before.files.length)).toEqual(before.files);
    }
    for (const { name } of after?.files ?? []) expect(place.read(name)).toBeDefined();
  }
  await wholeRun(start, ...args);
  busy.start(5);
  await sleep(200);
  busy.stop();
  await wholeRun(start, ...args);
  return busy;
}

/** Settles when so many things have been written. */
function written({ onWrite }: Place, count: number): Promise<void> {
  let left = Math.floor(count);
  return new Promise((resolve) => {
    const stop = onWrite(() => {
      if (--left > 0) return;
      stop();
      resolve();
    });
    onTestFinished(stop);
  });
}

/** The same in every kind of place at once: most of the time is spent waiting. */
async function everywhere(test: (place: Place) => Promise<void>): Promise<void> {
  await Promise.all([inFolder, inS3].map(async (make) => test(await make())));
}

describe('an archive in a folder, and one in S3', () => {
  const timeout = 60_000 + KILLS * (RUN_MS + LOCK_MS);

  it('has each row once, whenever its runs are killed', { timeout }, async () => {
    await everywhere(async (place) => expectEachOnce(place, await killRuns(place, seeded(SEED))));
  });

  it('has each session, whenever runs that merge it are killed', { timeout }, async () => {
    await everywhere(async (place) => {
      const busy = await killRuns(place, seeded(SEED + 1), '--compact');
      await expectTruth(place, busy);
      expect(rowsIn(place).length).toBe(busy.newest.size);
    });
  });

  it('has each row once where two runs are started at once', async () => {
    await everywhere(async (place) => {
      const { busy, start } = await world(place, seeded(SEED + 2));
      await Promise.all([wholeRun(start), wholeRun(start)]);
      for (let round = 0; round < 3; round++) {
        busy.start(20);
        const both = Promise.all([wholeRun(start), wholeRun(start)]);
        await sleep(RUN_MS / 2);
        busy.stop();
        await both;
      }
      await wholeRun(start); // what came after the time that they read up to
      await expectEachOnce(place, busy);
    });
  });

  it('is whole when a signal ends --follow, which takes no two seconds', async () => {
    const signals = [
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const;
    await everywhere(async (place) => {
      const random = seeded(SEED + 3);
      const { busy, start } = await world(place, random);
      await wholeRun(start);
      for (const [signal, code] of signals) {
        const run = start('--follow', '--interval', '1s');
        const end = ended(run);
        await sleep(1000); // until it listens
        busy.start(20);
        await sleep(random() * RUN_MS);
        busy.stop();
        const at = performance.now();
        run.kill(signal);
        expect((await end).code).toBe(code);
        expect(performance.now() - at).toBeLessThan(2000);
        recordIn(place);
      }
      await wholeRun(start);
      await expectEachOnce(place, busy);
    });
  });

  it.each([
    ['sessions/', 143],
    ['archive.json', 0], // which is all that was left to do
  ])(
    'has no file that no record names when a signal comes while %s is written',
    async (name, code) => {
      const table = await startStreamedTable();
      table.put(itemOf(1, 0));
      let stop = (): void => {};
      const s3 = await startS3({
        buckets: { audit: {} },
        fault: ({ operation, key }) => {
          if (operation === 'PutObject' && key.startsWith(name)) stop();
          return undefined;
        },
      });
      const slow = await slowly(s3.url, 200); // it is written before the run hears of it
      onTestFinished(() => [table, slow, s3].forEach(({ close }) => close()));
      const child = startProgram(['archive', '--to', 's3://audit'], {
        env: { AWS_ENDPOINT_URL: table.url, AWS_ENDPOINT_URL_S3: slow.url },
      });
      stop = () => void child.kill('SIGTERM');
      expect((await ended(child)).code).toBe(code);
      const record = s3.get('audit', 'archive.json')?.toString();
      const files = record === undefined ? [] : parseRecord(record)!.files.map((file) => file.name);
      expect(s3.keys('audit').filter((key) => key !== 'archive.json')).toEqual(files);
      expect(files.length).toBe(code === 0 ? 1 : 0);
    },
  );
});
