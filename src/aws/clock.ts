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
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, millis);
      signal.addEventListener('abort', stop, { once: true });
    }),
};
