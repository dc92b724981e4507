import type { Caveat } from '../model/report/caveat.js';
import type { Counters } from '../pipeline/read-context.js';
import { count } from '../text/quantity.js';

/** What was not read, or not to its end: each makes a run incomplete. */
export function readCaveats(counters: Counters): readonly Caveat[] {
  const { rejected, brokenFiles, clipped, unreadRegions } = counters;
  const caveats: Caveat[] = [];
  const add = (code: Caveat['code'], number: number, text: string): void => {
    if (number > 0) caveats.push({ code, count: number, weight: 'incomplete', text });
  };
  add('rejected_rows', rejected, `${count(rejected, 'row')} could not be understood`);
  add('broken_files', brokenFiles, `${count(brokenFiles, 'file')} could not be read to the end`);
  add('window_clipped', Number(clipped), 'the window goes beyond what could be asked');
  add('unread_regions', unreadRegions, `${count(unreadRegions, 'region')} could not be read`);
  return caveats;
}
