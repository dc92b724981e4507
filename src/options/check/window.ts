import { UsageError, ValueError } from '../../errors.js';
import type { Instant } from '../../model/time/instant.js';
import { parseWhen } from '../../model/time/when.js';
import { type Window, windowOf } from '../../model/time/window.js';
import type { OptionName } from '../definitions/options.js';
import type { GivenOptions } from '../read/given-options.js';

/** The window of `--since` and `--until`. @throws UsageError */
export function checkWindow(given: GivenOptions, now: Instant): Window {
  return windowBetween(given, 'since', 'until', now);
}

/**
 * The whole days of UTC in a window: both ends are rounded down to midnight, so today is never among them.
 *
 * @throws UsageError where there is none.
 */
export function wholeDaysOf(
  { since, until }: Window,
  given: GivenOptions,
  now: Instant,
): { readonly since: Instant; readonly until: Instant } {
  const midnight = ({ seconds }: Instant): Instant => ({
    seconds: Math.floor(seconds / 86_400) * 86_400,
    nanos: 0,
  });
  const days = {
    since: midnight(since !== undefined && since.seconds > FIRST.seconds ? since : FIRST),
    until: midnight(until ?? now),
  };
  if (days.since.seconds < days.until.seconds) return days;
  throw new UsageError(
    given.origin('since'),
    'there is no whole day of UTC in the window, and partitions are whole days',
    'write --since yesterday or --since 3d',
  );
}

/** Older than any session and any event. */
const FIRST: Instant = { seconds: Date.UTC(2013, 0, 1) / 1000, nanos: 0 };

/** The time for which the user says that no session is missing. */
export interface Vouched {
  readonly since: Instant;
  /** Undefined: until the newest session that is read. */
  readonly until: Instant | undefined;
}

/** The time of `--sessions-since` and `--sessions-until`; undefined when nothing is vouched for. @throws UsageError */
export function checkVouched(given: GivenOptions, now: Instant): Vouched | undefined {
  const { since, until } = windowBetween(given, 'sessions-since', 'sessions-until', now);
  if (since !== undefined) return { since, until };
  if (until === undefined) return undefined;
  throw new UsageError(given.origin('sessions-until'), 'needs --sessions-since WHEN');
}

function windowBetween(
  given: GivenOptions,
  start: OptionName,
  end: OptionName,
  now: Instant,
): Window {
  const instantOf = (name: OptionName): Instant | undefined =>
    given.parsed(name, (text) => parseWhen(text, now));
  const [since, until] = [instantOf(start), instantOf(end)];
  try {
    return windowOf(since, until, now);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const hint = `write an earlier start such as 24h, 7d, yesterday, 2026-01-17 or 2026-01-17T09:00:00Z; durations are measured back from now: --${start} 24h --${end} 1h is the last day without its last hour`;
    throw new UsageError(given.origin(start), error.message, hint);
  }
}
