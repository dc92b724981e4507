import { setMaxListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateLimit } from '../../src/aws/rate-limit.js';
import type { Clock } from '../../src/aws/clock.js';

const { signal } = new AbortController();
setMaxListeners(0, signal);

/** Time that passes only when everybody sleeps; every sleep ends late by the next of some milliseconds. */
class LateClock implements Clock {
  #now = 0;
  #sleeps = 0;
  readonly #late: readonly number[];
  readonly #sleeping = new Set<{ readonly until: number; readonly wake: () => void }>();

  constructor(late: readonly number[] = [0]) {
    this.#late = late;
  }

  now(): number {
    return this.#now;
  }

  sleep(millis: number, stop: AbortSignal): Promise<void> {
    const late = this.#late[this.#sleeps++ % this.#late.length]!;
    return new Promise((wake, reject) => {
      const sleeper = { until: this.#now + millis + late, wake };
      this.#sleeping.add(sleeper);
      stop.addEventListener('abort', () => {
        this.#sleeping.delete(sleeper);
        reject(stop.reason);
      });
    });
  }

  /** Until nobody sleeps any more. */
  async run(): Promise<void> {
    for (;;) {
      await turn();
      const [next] = [...this.#sleeping].toSorted((a, b) => a.until - b.until);
      if (next === undefined) return;
      this.#sleeping.delete(next);
      this.#now = Math.max(this.#now, next.until);
      next.wake();
    }
  }
}

/** When each of some askers began its requests, each asking again after its latency. */
async function begun(clock: LateClock, latencies: readonly number[][]): Promise<number[]> {
  const limit = new RateLimit(2, clock);
  const times: number[] = [];
  const askers = latencies.map(async (pauses) => {
    for (const pause of pauses) {
      await limit.take(signal);
      times.push(clock.now());
      if (pause > 0) await clock.sleep(pause, signal);
    }
  });
  await clock.run();
  await Promise.all(askers);
  return times;
}

test('no second sees a third request, whoever asks and however late the timers are', async () => {
  const latencies = fc.array(fc.array(fc.nat(3000), { maxLength: 8 }), { maxLength: 6 });
  const late = fc.array(fc.nat(400), { minLength: 1, maxLength: 10 });
  const property = fc.asyncProperty(latencies, late, async (pauses, delays) => {
    const times = await begun(new LateClock(delays), pauses);
    expect(times.length).toBe(pauses.flat().length);
    for (const [n, time] of times.entries()) {
      if (n >= 2) expect(time - times[n - 2]!).toBeGreaterThanOrEqual(1000);
    }
  });
  await fc.assert(property, { numRuns: 100 });
});

test('waiting askers lose nothing of the allowance', async () => {
  const times = await begun(
    new LateClock(),
    Array.from({ length: 8 }, () => [0, 0, 0]),
  );
  expect(times).toEqual(Array.from({ length: 24 }, (_, n) => n * 500));
});

test('an idle time is not saved up', async () => {
  expect(await begun(new LateClock(), [[10_000, 0, 0]])).toEqual([0, 10_000, 10_500]);
});

test.each([[[0]], [[900, 0, 0, 0]], [[0, 700, 0, 300, 0]], [[1600, 0]]])(
  'whoever asks first goes first, also when its timers are late by %j',
  async (late) => {
    const clock = new LateClock(late);
    const limit = new RateLimit(2, clock);
    const order: number[] = [];
    const askers = [1, 2, 3, 4, 5].map(async (name) => {
      await limit.take(signal);
      order.push(name);
    });
    await clock.run();
    await Promise.all(askers);
    expect(order).toEqual([1, 2, 3, 4, 5]);
  },
);

test('an abort ends the wait at once, and the place in the line goes to the next', async () => {
  const clock = new LateClock();
  const limit = new RateLimit(2, clock);
  const impatient = new AbortController();
  await limit.take(signal);
  const refused = limit.take(impatient.signal);
  const next = limit.take(signal);
  await turn();
  impatient.abort(new Error('enough'));
  await expect(refused).rejects.toThrow('enough');
  expect(clock.now()).toBe(0);
  await expect(limit.take(impatient.signal)).rejects.toThrow('enough');
  const late = limit.take(signal).then(() => clock.now());
  await clock.run();
  await next;
  expect(await late).toBeLessThanOrEqual(1500);
});
