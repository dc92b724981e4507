import { ValueError } from '../../errors.js';

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
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d|w)/y;

/**
 * Nanoseconds of a duration in the syntax of Go's `time.ParseDuration`, with the units `d` (24 hours) and
 * `w` (7 days): `7d`, `1d12h`, `1.5h`.
 *
 * @throws ValueError for any other text, and for a negative duration.
 */
export function parseDuration(text: string): bigint {
  if (/^-\s*[\d.]/.test(text)) {
    throw new ValueError(`"${text}" is negative`, 'write a positive duration such as 7d');
  }
  let total = 0n;
  let at = text.startsWith('+') ? 1 : 0;
  const start = at;
  while (at < text.length) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (match === null) break;
    const [whole = '', fraction = ''] = (match[1] ?? '').split('.');
    const unit = NANOS_IN[match[2] ?? ''] ?? 0n;
    total += (BigInt(whole + fraction) * unit) / 10n ** BigInt(fraction.length);
    at = PART.lastIndex;
  }
  if (at > start && at === text.length) return total;
  const hint = /^\d+$/.test(text)
    ? `add a unit: ${text}d or ${text}h`
    : 'write a duration such as 7d, 24h or 1d12h';
  throw new ValueError(`"${text}" is not a duration`, hint);
}

/** Whole seconds of a duration; parts of a second are dropped. @throws ValueError as {@link parseDuration} */
export function durationSeconds(text: string): number {
  return Number(parseDuration(text) / 1_000_000_000n);
}
