import { ValueError } from '../../errors.js';
import { type Instant, compareInstants, formatInstant } from './instant.js';

/** The half-open window `[since, until)`; a side that is undefined is open. */
export interface Window {
  readonly since: Instant | undefined;
  readonly until: Instant | undefined;
}

/** Does the instant lie in `[since, until)`? */
export function within(window: Window, instant: Instant): boolean {
  return (
    (window.since === undefined || compareInstants(instant, window.since) >= 0) &&
    (window.until === undefined || compareInstants(instant, window.until) < 0)
  );
}

/**
 * The window between two instants. One without an end is judged as if it ended `now`.
 *
 * @throws ValueError for a window that is empty or ends before it starts.
 */
export function windowOf(
  since: Instant | undefined,
  until: Instant | undefined,
  now: Instant,
): Window {
  if (since === undefined) return { since, until };
  const order = compareInstants(since, until ?? now);
  if (order < 0) return { since, until };
  const ends = `ends ${until === undefined ? 'now, ' : ''}at ${formatInstant(until ?? now)}`;
  const problem = order === 0 ? 'the window is empty' : 'the window is backwards';
  throw new ValueError(`${problem}: it starts at ${formatInstant(since)} and ${ends}`);
}
