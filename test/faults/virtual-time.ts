import { vi } from 'vitest';

const { setTimeout: afterReal } = globalThis;

/** How often in a row nothing must be under way, a millisecond each. */
const QUIET = 4;

/**
 * Makes waiting cost nothing: while no request is under way, the clock goes on to the next time at which somebody
 * wakes. What a process really does takes as long as it takes, and no virtual time.
 */
export function startVirtualTime(isBusy: () => boolean): { readonly stop: () => void } {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  let quiet = 0;
  let isOver = false;
  const tick = (): void => {
    if (isOver) return;
    quiet = isBusy() ? 0 : quiet + 1;
    if (quiet >= QUIET && vi.getTimerCount() > 0) {
      quiet = 0;
      vi.advanceTimersToNextTimer();
    }
    afterReal(tick, 1);
  };
  afterReal(tick, 1);
  return {
    stop: () => {
      isOver = true;
      vi.useRealTimers();
    },
  };
}
