import type { Clock } from '../../src/aws/clock.js';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A clock that no machine can slow down: it stands still while anybody works, and goes on to the next time
 * at which somebody wakes as soon as the event loop has nothing else to do. One wakes at a time.
 */
export class StepClock implements Clock {
  #now = 0;
  readonly #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  sleep(millis: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        reject(signal.reason as Error);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const sleeper = { at: this.#now + millis, wake };
      signal.addEventListener('abort', leave);
      if (this.#sleepers.push(sleeper) === 1) setImmediate(() => this.#step());
    });
  }

  #step(): void {
    const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    if (this.#sleepers.length > 0) setImmediate(() => this.#step());
  }
}
