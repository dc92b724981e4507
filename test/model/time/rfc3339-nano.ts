import * as fc from 'fast-check';
import type { Instant } from '../../../src/model/time/instant.js';

export const FIRST = Date.parse('0000-01-01T00:00:00Z') / 1000;
export const LAST = Date.parse('9999-12-31T23:59:59Z') / 1000;

/** Nanoseconds as they occur: none, trimmed ones, all nine digits. */
const fractions = fc.oneof(
  fc.constantFrom(0, 1, 999_999_999, 500_000_000, 100_500_000),
  fc.nat(999).map((millis) => millis * 1_000_000),
  fc.nat(999_999_999),
);

export function instants(min = FIRST, max = LAST): fc.Arbitrary<Instant> {
  return fc.record({ seconds: fc.integer({ min, max }), nanos: fractions });
}

/** Minutes of every offset that RFC 3339 can write. */
export const offsets = fc.integer({ min: -1439, max: 1439 });

/** Go's `time.RFC3339Nano` at an offset; undefined where the year there has no four digits. */
export function rfc3339Nano({ seconds, nanos }: Instant, offset: number): string | undefined {
  const local = seconds + offset * 60;
  if (local < FIRST || local > LAST) return undefined;
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return new Date(local * 1000).toISOString().slice(0, 19) + fraction + zone(offset);
}

export function bigNanos({ seconds, nanos }: Instant): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}

function zone(offset: number): string {
  if (offset === 0) return 'Z';
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

const two = (number: number): string => String(number).padStart(2, '0');
