import { describe, expect, test } from 'vitest';
import { PatientRetry } from '../../src/aws/retry.js';
import type { Clock } from '../../src/aws/clock.js';

/** Time that the test moves on. */
class OwnClock implements Clock {
  time = 0;
  now(): number {
    return this.time;
  }
  async sleep(millis: number): Promise<void> {
    this.time += millis;
  }
}

const ofCode = (code: string): Error => Object.assign(new Error(`what ${code} is`), { code });
const unavailable = Object.assign(new Error('busy'), {
  name: 'ServiceUnavailable',
  $metadata: { httpStatusCode: 503 },
});

/** Fails again and again, `millis` apart, until patience is over; says when that was. */
async function failFor(
  retry: PatientRetry,
  clock: OwnClock,
  error: Error,
  millis: number,
): Promise<number> {
  let token = await retry.acquireInitialRetryToken();
  const began = clock.time;
  for (;;) {
    try {
      token = await retry.refreshRetryTokenForRetry(token, { error, errorType: 'TRANSIENT' });
    } catch {
      return clock.time - began;
    }
    await clock.sleep(millis);
  }
}

describe('patience', () => {
  test.each([
    ['of something that answers lasts five minutes', unavailable, 270_000, 330_000],
    ['of something that never answered lasts ten seconds', ofCode('ECONNREFUSED'), 0, 20_000],
  ])('%s', async (_, error, least, most) => {
    const clock = new OwnClock();
    const lasted = await failFor(new PatientRetry(() => {}, { clock }), clock, error, 5000);
    expect(lasted).toBeGreaterThan(least);
    expect(lasted).toBeLessThan(most);
  });

  test('is told of after half a minute, then once a minute, whoever waits', async () => {
    const clock = new OwnClock();
    const told: [number, string][] = [];
    const waiting = (text: string): number => told.push([clock.time, text]);
    const retry = new PatientRetry(() => {}, { clock, waiting });
    await failFor(retry, clock, unavailable, 5000);
    expect(told.map(([time]) => time)).toEqual([30_000, 90_000, 150_000, 210_000, 270_000]);
    expect(told[0]![1]).toBe('still trying after 30 s: ServiceUnavailable: busy');

    const before = told.length;
    let token = await retry.acquireInitialRetryToken();
    const other = { error: ofCode('ECONNRESET'), errorType: 'TRANSIENT' as const };
    token = await retry.refreshRetryTokenForRetry(token, other);
    clock.time += 29_999;
    await retry.refreshRetryTokenForRetry(token, other);
    expect(told.length).toBe(before);
  });

  test.each([ofCode('ERR_INVALID_CHAR'), ofCode('ERR_MODULE_NOT_FOUND')])(
    'has none for what never was a request: %s',
    async (error) => {
      let retries = 0;
      const retry = new PatientRetry(() => retries++);
      const token = await retry.acquireInitialRetryToken();
      const again = retry.refreshRetryTokenForRetry(token, { error, errorType: 'CLIENT_ERROR' });
      await expect(again).rejects.toThrow();
      expect(retries).toBe(0);
    },
  );
});

test('a refusal is tried once more where the clock of this machine was wrong, and not for minutes', async () => {
  const retry = new PatientRetry(() => {});
  const $metadata = { clockSkewCorrected: true, httpStatusCode: 400 };
  const refusal = {
    error: Object.assign(new Error('denied'), { name: 'AccessDeniedException', $metadata }),
    errorType: 'TRANSIENT',
  } as const;
  const first = await retry.acquireInitialRetryToken();
  const second = await retry.refreshRetryTokenForRetry(first, refusal);
  await expect(retry.refreshRetryTokenForRetry(second, refusal)).rejects.toThrow();
});
