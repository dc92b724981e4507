import { type Excluded, noneExcluded } from '../model/excluded.js';
import type { RoleEvent } from '../model/role-event.js';
import type { Reading } from '../model/reading.js';
import { parseInstant } from '../model/timestamp.js';
import { within } from '../model/window.js';
import type { EventOptions } from '../options/audit-options.js';
import type { Source } from '../pipeline.js';
import { type Run, count } from '../run.js';
import { openEvents } from '../sources/open-events.js';
import { uniqueEvents } from '../sources/unique-events.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';

/** The role events of the window, each once, and what was counted apart on the way. */
export interface ChosenEvents {
  readonly events: Source<RoleEvent>;
  readonly excluded: Excluded;
  /** Known when all events have come. */
  readonly regions: () => readonly string[];
  readonly dispose: () => Promise<void>;
}

/** The role events that the options choose. */
export async function chooseEvents(
  { from, role, clipped, freshUntil }: EventOptions,
  { world, reading }: Run,
): Promise<ChosenEvents> {
  if (clipped !== undefined) {
    reading.meter.clipped = true;
    reading.note(clipped);
  }
  if (freshUntil !== undefined) {
    reading.note('the window ends within the last 15 minutes: CloudTrail may still be delivering');
  }
  const opened = await openEvents(from, world.stdin, reading);
  const excluded = noneExcluded();
  const regions = new Set<string>(opened.regions);
  const counting = (why: keyof Excluded, keeps: (event: RoleEvent) => boolean) =>
    filter((event: RoleEvent) => {
      const isKept = keeps(event);
      if (!isKept) excluded[why]++;
      return isKept;
    });
  const inWindow = counting('outside_window', (event) =>
    within(from.window, parseInstant(event.eventTime)!),
  );
  const chosen = counting('not_judged', (event) => from.eventNames.includes(event.eventName));
  const unique = uniqueEvents(inWindow(ofRole(opened.events, role, reading)), {
    inOrderOfDays: opened.inOrderOfDays,
    countDuplicates: (count) => (excluded.duplicates += count),
  });
  const noted = tap<RoleEvent>((batch) => {
    for (const { region } of batch) if (region !== undefined) regions.add(region);
  });
  return {
    events: noted(chosen(unique)),
    excluded,
    regions: () => [...regions].toSorted(),
    dispose: opened.dispose,
  };
}

/** A denied call does not say its role: it may be of the one that is asked for, so it is kept. */
async function* ofRole(
  events: Source<RoleEvent>,
  role: string | undefined,
  reading: Reading,
): Source<RoleEvent> {
  let unknown = 0;
  const isOfRole = ({ roleArn }: RoleEvent): boolean => {
    if (role === undefined || roleArn === role) return true;
    if (roleArn === undefined) unknown++;
    return roleArn === undefined;
  };
  yield* filter(isOfRole)(events);
  if (unknown > 0) {
    reading.note(`${count(unknown, 'event')} that say no role were kept beside those of ${role}`);
  }
}
