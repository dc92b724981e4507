import type { Gap } from '../model/archive/archive-record.js';
import { type Caveat, caveat } from '../model/report/caveat.js';
import { formatSeconds } from '../model/time/instant.js';

/** What a run could not archive. */
export function archiveCaveats(gap: Gap | undefined): Caveat[] {
  if (gap === undefined) return [];
  const [from, to] = [gap.from, gap.to].map((at) =>
    formatSeconds({ seconds: Math.floor(at), nanos: 0 }),
  );
  const text = `sessions between ${from} and ${to} may be missing: ${gap.reason}`;
  return caveat('archive_gap', 1, 'incomplete', text);
}
