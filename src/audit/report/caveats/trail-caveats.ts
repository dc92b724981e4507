import { type Caveat, caveat } from '../../../model/report/caveat.js';
import { count } from '../../../text/quantity.js';
import type { Evidence } from '../../evidence.js';

/** What the reader of a trail must know, whether its calls are judged or not. */
export function trailCaveats({
  contradictions,
  freshUntil,
  events: { unseen },
}: Pick<Evidence, 'contradictions' | 'freshUntil' | 'events'>): Caveat[] {
  return [
    ...caveat(
      'unseen_scope',
      unseen.length,
      'undecided',
      `no log file and no role call of ${unseen.join(', ')} was found`,
    ),
    ...caveat(
      'contradicting_records',
      contradictions,
      'note',
      `${count(contradictions, 'record shares', 'records share')} an event id with a call from which they differ: AWS writes no such records, and each was judged as a call of its own`,
    ),
    ...caveat(
      'still_delivering',
      freshUntil === undefined ? 0 : 1,
      'note',
      'the window ends within the last 15 minutes: CloudTrail may still be delivering',
    ),
  ];
}
