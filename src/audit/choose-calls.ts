import { SourceError } from '../errors.js';
import type { EventGroup } from '../model/role-call/event-group.js';
import { type SetAside, nothingSetAside } from '../model/report/set-aside.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { parseInstant } from '../model/time/instant.js';
import { within } from '../model/time/window.js';
import type { EventOptions } from '../options/check/event-options.js';
import type { Source } from '../pipeline/pipe.js';
import { type Run, count } from '../run/run.js';
import type { CountApart } from '../sources/athena/athena-events.js';
import { openEvents } from '../sources/open-events.js';
import { openSpool } from '../disk/spool.js';
import { uniqueEvents } from '../transforms/unique-events.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import type { HopsAre } from './tally.js';

/** The role events of the window, each once, and what was counted apart on the way. */
export interface ChosenEvents {
  readonly events: () => Source<RoleCall>;
  /** Another way to have them, where the carrier can group and count. */
  readonly grouped?: GroupedEvents;
  /** With only one role chosen, its callers are not seen to be assumed themselves. */
  readonly hopsAre: HopsAre;
  readonly excluded: SetAside;
  /** Known when all events have come. */
  readonly regions: () => readonly string[];
  readonly dispose: () => Promise<void>;
}

/** Judged events only: what is counted apart is known when all groups have come. */
interface GroupedEvents {
  readonly groups: () => Source<EventGroup>;
  /** The events of some groups, or of all; fails when there are fewer of them than were counted. */
  readonly judged: (wanted: WantedEvents) => Source<RoleCall>;
}

export interface WantedEvents {
  /** Of which groups; undefined is of all. */
  readonly keys: readonly string[] | undefined;
  readonly events: number;
}

/** The role events that the options choose. */
export async function chooseEvents(options: EventOptions, run: Run): Promise<ChosenEvents> {
  const { world, context } = run;
  sayWhatTheWindowLacks(options, context);
  const { role } = options;
  const opened = await openEvents({ ...options.from, role }, world.stdin, context);
  const excluded = nothingSetAside();
  const regions = new Set<string>(opened.regions);
  const noteRegion = ({ region }: RoleCall): void => {
    if (region !== undefined) regions.add(region);
  };
  const choose = (source: Source<RoleCall>): Source<RoleCall> =>
    tap<RoleCall>((batch) => batch.forEach(noteRegion))(
      chosenOf(filter(isOfRole(role))(source), options, excluded, context, opened.inOrderOfDays),
    );
  const countApart: CountApart = (why, events, region) => {
    excluded[why] += events;
    if (region !== undefined && why.endsWith('_calls')) regions.add(region);
  };
  const { athena } = opened;
  return {
    events: () => choose(opened.events),
    ...(athena && {
      grouped: {
        groups: () =>
          tap<EventGroup>((batch) => batch.forEach(({ event }) => noteRegion(event)))(
            athena.groups(countApart),
          ),
        judged: ({ keys, events }) =>
          choose(keys === undefined ? athena.judged(keys) : atLeast(events, athena.judged(keys))),
      },
    }),
    hopsAre: athena?.showsHops === false ? (role === undefined ? 'guessed' : 'unknown') : 'shown',
    excluded,
    regions: () => [...regions].toSorted(),
    dispose: opened.dispose,
  };
}

function sayWhatTheWindowLacks({ clipped, freshUntil }: EventOptions, context: ReadContext): void {
  if (clipped !== undefined) {
    context.meter.clipped = true;
    context.note(clipped);
  }
  if (freshUntil !== undefined) {
    context.note('the window ends within the last 15 minutes: CloudTrail may still be delivering');
  }
}

function chosenOf(
  events: Source<RoleCall>,
  { from }: EventOptions,
  excluded: SetAside,
  { meter }: ReadContext,
  inOrderOfDays: boolean,
): Source<RoleCall> {
  const counting = (why: keyof SetAside, keeps: (event: RoleCall) => boolean) =>
    filter((event: RoleCall) => {
      const isKept = keeps(event);
      if (!isKept) excluded[why]++;
      return isKept;
    });
  const inWindow = counting('outside_window', (event) =>
    within(from.window, parseInstant(event.eventTime)!),
  );
  const chosen = counting('not_judged', ({ eventName }) => {
    const isChosen = from.eventNames.includes(eventName);
    if (!isChosen) meter.notJudged.set(eventName, (meter.notJudged.get(eventName) ?? 0) + 1);
    return isChosen;
  });
  const countDuplicates = (more: number): void => void (excluded.duplicates += more);
  return chosen(uniqueEvents(inWindow(events), { inOrderOfDays, countDuplicates, openSpool }));
}

/** What was counted by one query must be there for the next: more may have been delivered meanwhile. */
async function* atLeast(number: number, events: Source<RoleCall>): Source<RoleCall> {
  let seen = 0;
  for await (const batch of events) {
    seen += batch.length;
    yield batch;
  }
  if (seen >= number) return;
  throw new SourceError(`Athena counted ${count(number, 'event')}, and then gave only ${seen}`, {
    hint: 'events were delivered meanwhile: run this again, with --until 15m',
  });
}

/** A call may not say its role: then it may be the one that is asked for. */
function isOfRole(role: string | undefined): (event: RoleCall) => boolean {
  return ({ roleArn }) => role === undefined || roleArn === undefined || roleArn === role;
}
