import { parseInstant } from '../time/instant.js';
import type { Verdict } from './verdict.js';

/** The order of findings: by time, the newest first; of one time, by event id. */
export function newestFirst({ call: a }: Verdict, { call: b }: Verdict): number {
  return (
    compareTimes(b.eventTime, a.eventTime) ||
    (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0)
  );
}

function compareTimes(a: string, b: string): number {
  if (a === b) return 0;
  // As CloudTrail writes times, in whole seconds and UTC, their texts sort as they are.
  if (a.length === 20 && b.length === 20) return a < b ? -1 : 1;
  const [one, other] = [parseInstant(a)!, parseInstant(b)!];
  return one.seconds - other.seconds || one.nanos - other.nanos;
}
