import { setTimeout as sleep } from 'node:timers/promises';

/** What time is measured with; a test has its own. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Rejects with the signal's own reason as soon as it is aborted. */
  sleep(millis: number, signal: AbortSignal): Promise<void>;
}

/** The real one. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (millis, signal) =>
    sleep(millis, undefined, { signal }).catch(() => {
      throw signal.reason;
    }),
};
