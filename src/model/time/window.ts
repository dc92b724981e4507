import { UsageError } from '../../errors.js';
import { type Instant, compareInstants, formatInstant, parseInstant } from './instant.js';

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
 * The window that `--since` and `--until` ask for. Each is a duration, measured back from `now`, or an
 * RFC 3339 time, or a date, which means its midnight in UTC.
 *
 * @throws UsageError that names the option, for a text that is neither and for a window that holds nothing.
 */
export function parseWindow(
  since: string | undefined,
  until: string | undefined,
  now: Instant,
): Window {
  const window = {
    since: since === undefined ? undefined : parseMoment('--since', since, now),
    until: until === undefined ? undefined : parseMoment('--until', until, now),
  };
  const end = window.until ?? now;
  if (window.since !== undefined && compareInstants(window.since, end) >= 0) {
    const [from, to] = [formatInstant(window.since), formatInstant(end)];
    const problem = from === to ? 'the window is empty' : 'the window is backwards';
    throw new UsageError(
      '--since',
      `${problem}: "${since}" is ${from}, and ${until === undefined ? 'now' : `--until "${until}"`} is ${to}`,
      'both ends are measured back from now: --since 24h --until 1h is the last day without its last hour',
    );
  }
  return window;
}

function parseMoment(option: string, text: string, now: Instant): Instant {
  const instant = /^\d{4}-/.test(text)
    ? parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
    : before(now, parseDuration(option, text));
  if (instant !== undefined) return instant;
  throw new UsageError(
    option,
    `"${text}" is not a time`,
    'give a duration such as 7d or 24h, a date such as 2026-01-17, or a time such as 2026-01-17T09:00:00Z',
  );
}

const NANOS_IN: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

/** Nanoseconds of a duration in Go's syntax with `d` and `w` besides: `7d`, `1d12h`, `1.5h`. */
function parseDuration(option: string, text: string): bigint {
  if (/^-\s*[\d.]/.test(text)) {
    throw new UsageError(
      option,
      `"${text}" is negative`,
      'durations are measured back from now: give 7d for the last seven days',
    );
  }
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d|w)/y;
  let total = 0n;
  let at = text.startsWith('+') ? 1 : 0;
  let parts = 0;
  while (at < text.length) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) break;
    const [whole = '', fraction = ''] = (match[1] ?? '').split('.');
    const unit = NANOS_IN[match[2] ?? ''] ?? 0n;
    total += (BigInt(whole + fraction) * unit) / 10n ** BigInt(fraction.length);
    at = part.lastIndex;
    parts++;
  }
  if (parts === 0 || at < text.length) {
    const missingUnit = /^\d+$/.test(text) ? ` (a unit is missing: ${text}d, ${text}h?)` : '';
    throw new UsageError(
      option,
      `"${text}" is neither a duration nor a time${missingUnit}`,
      'give a duration such as 7d, 24h or 1d12h, a date such as 2026-01-17, or a time such as 2026-01-17T09:00:00Z',
    );
  }
  return total;
}

/** Undefined when the answer lies before the year 0. */
function before(now: Instant, duration: bigint): Instant | undefined {
  const nanos = BigInt(now.seconds) * NANOS_IN['s']! + BigInt(now.nanos) - duration;
  const billion = 1_000_000_000n;
  const rest = ((nanos % billion) + billion) % billion;
  const seconds = Number((nanos - rest) / billion);
  return seconds < -62_167_219_200 ? undefined : { seconds, nanos: Number(rest) };
}
