import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/aws/clock.js';
import { ReadBudget } from '../../src/aws/read-budget.js';

const { signal } = new AbortController();

/** Time that passes only when everybody sleeps. */
class FakeClock implements Clock {
  #now = 0;
  readonly #sleeping: { readonly until: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(millis: number): Promise<void> {
    return new Promise((wake) => this.#sleeping.push({ until: this.#now + millis, wake }));
  }

  /** Until nobody sleeps any more. */
  async run(): Promise<void> {
    for (;;) {
      await turn();
      if (this.#sleeping.length === 0) return;
      this.#sleeping.sort((a, b) => a.until - b.until);
      const { until, wake } = this.#sleeping.shift()!;
      this.#now = until;
      wake();
    }
  }
}

interface Page {
  /** Units of one item, as a part of the budget; at most a quarter. */
  readonly cost: number;
  /** Milliseconds until the answer. */
  readonly latency: number;
}

interface ReadContext {
  readonly unitsPerSecond: number;
  readonly bytesPerItem: number;
  readonly pages: readonly Page[];
  readonly takers: number;
  readonly seconds: number;
}

/** What was consumed and when, by some takers that read for so many seconds. */
async function consumption(context: ReadContext): Promise<{ at: number; units: number }[]> {
  const { unitsPerSecond, bytesPerItem, pages, takers, seconds } = context;
  const clock = new FakeClock();
  const budget = new ReadBudget(unitsPerSecond, bytesPerItem, clock);
  const consumed: { at: number; units: number }[] = [];
  let page = 0;
  async function reader(): Promise<void> {
    while (clock.now() < seconds * 1000) {
      const { limit, reserved } = await budget.take(100_000, signal);
      const { cost, latency } = pages[page++ % pages.length]!;
      const most = unitsPerSecond / 4; // a page of DynamoDB has its limit too: 1 MB
      const items = Math.max(1, Math.min(limit, Math.floor(most / (cost * unitsPerSecond))));
      const units = items * cost * unitsPerSecond;
      consumed.push({ at: clock.now(), units });
      await clock.sleep(latency);
      budget.settle(reserved, units, items);
    }
  }
  const readers = Array.from({ length: takers }, reader);
  await clock.run();
  await Promise.all(readers);
  return consumed;
}

/** The most that was consumed in any ten seconds. */
function mostInTenSeconds(consumed: readonly { at: number; units: number }[]): number {
  let most = 0;
  let sum = 0;
  let from = 0;
  for (const { at, units } of consumed) {
    sum += units;
    while (consumed[from]!.at <= at - 10_000) sum -= consumed[from++]!.units;
    most = Math.max(most, sum);
  }
  return most;
}

const unitsPerSecond = fc.constantFrom(1, 5, 50, 1000, 40_000);
const pagesOf = (cost: fc.Arbitrary<number>, latency: number): fc.Arbitrary<Page[]> =>
  fc.array(fc.record({ cost, latency: fc.nat(latency) }), { minLength: 1, maxLength: 50 });

test('over any ten seconds no more than ten times the budget is consumed', async () => {
  const wild = fc.integer({ min: 2, max: 12 }).map((power) => 2 ** -power);
  const readings = fc.record({
    unitsPerSecond,
    bytesPerItem: fc.constantFrom(1, 1000, 400_000),
    pages: pagesOf(wild, 300),
    takers: fc.constantFrom(1, 2, 4, 16),
    seconds: fc.constant(60),
  });
  const property = fc.asyncProperty(readings, async (context) => {
    const most = mostInTenSeconds(await consumption(context));
    expect(most).toBeLessThanOrEqual(10 * context.unitsPerSecond * (1 + 1e-9));
  });
  await fc.assert(property, { numRuns: 150 });
});

test.each([1, 4, 16])('%i takers make use of at least 85 % of the budget', async (takers) => {
  const alike = fc.double({ min: 1 / 200, max: 1 / 100, noNaN: true });
  const readings = fc.record({
    unitsPerSecond,
    bytesPerItem: fc.constantFrom(1, 1000, 400_000),
    pages: pagesOf(alike, 100),
    takers: fc.constant(takers),
    seconds: fc.constant(300),
  });
  const property = fc.asyncProperty(readings, async (context) => {
    const consumed = await consumption(context);
    const total = consumed.reduce((sum, { units }) => sum + units, 0);
    const seconds = consumed.at(-1)!.at / 1000;
    expect(total / seconds / context.unitsPerSecond).toBeGreaterThan(0.85);
  });
  await fc.assert(property, { numRuns: 10 });
});

test('time that passed unused gives nothing extra', async () => {
  const clock = new FakeClock();
  const budget = new ReadBudget(100, 4096, clock);
  await Promise.all([clock.sleep(60_000), clock.run()]);
  const first = await budget.take(100_000, signal);
  expect(first.reserved).toBeLessThanOrEqual(25);
  budget.settle(first.reserved, 25, first.limit);
  await Promise.all([budget.take(100_000, signal), clock.run()]);
  expect(clock.now()).toBeGreaterThanOrEqual(60_250);
});

test('pages get as many items as a quarter of the budget pays for', async () => {
  const clock = new FakeClock();
  const budget = new ReadBudget(100, 8192, clock);
  const guess = await budget.take(100_000, signal);
  expect(guess).toEqual({ limit: 25, reserved: 25 });
  budget.settle(guess.reserved, 5, 10);
  const [corrected] = await Promise.all([budget.take(100_000, signal), clock.run()]);
  expect(corrected).toEqual({ limit: 50, reserved: 25 });
});

test('a page has one item at least, and an empty page corrects nothing', async () => {
  const clock = new FakeClock();
  const budget = new ReadBudget(1, 400_000, clock);
  const { limit, reserved } = await budget.take(100_000, signal);
  expect(limit).toBe(1);
  budget.settle(reserved, 0.5, 0);
  const [next] = await Promise.all([budget.take(100_000, signal), clock.run()]);
  expect(next).toEqual({ limit, reserved });
});

test('waiting ends at once when the run is interrupted', async () => {
  const stop = new AbortController();
  const budget = new ReadBudget(1, 4096);
  const { reserved } = await budget.take(100_000, stop.signal);
  budget.settle(reserved, 3600, 1);
  const waiting = budget.take(100_000, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow();
});
