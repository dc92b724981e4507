import { openSpool } from '../disk/spool.js';
import { SourceError } from '../errors.js';
import type { EventCoverage } from '../model/coverage/event-coverage.js';
import { type SetAside, nothingSetAside } from '../model/report/set-aside.js';
import { type RoleCall, isFailedCall, isServiceCall } from '../model/role-call/role-call.js';
import { parseInstant } from '../model/time/instant.js';
import { within } from '../model/time/window.js';
import type { EventOptions } from '../options/check/event-options.js';
import type { Source, Transform } from '../pipeline/pipe.js';
import { through } from '../pipeline/through.js';
import type { Run } from '../run/run.js';
import type { GroupRow, OpenGroups } from '../sources/carrier.js';
import { openCarrier } from '../sources/open-carrier.js';
import { count } from '../text/quantity.js';
import { filter } from '../transforms/filter.js';
import { fullerTwin } from '../transforms/fuller-twin.js';
import { onceById } from '../transforms/once-by-id.js';
import { tap } from '../transforms/tap.js';
import { ReachOfCalls } from './reach-of-calls.js';

/** Bytes of log files as they lie there: before so many are read, starting threads costs more than it saves. */
const WORTH_THREADS = 8 * 1024 * 1024;

/** The role calls of the window, each once, and what was counted apart on the way. */
export interface ChosenCalls {
  readonly calls: () => Source<RoleCall>;
  /** Another way to have them, where the carrier can group and count. */
  readonly groups?: ChosenGroups;
  /** Known when all calls have come. */
  readonly setAside: () => SetAside;
  /** The calls that were not judged, by name. */
  readonly notJudged: () => ReadonlyMap<string, number>;
  /** Records that share an id with a call from which they differ: each is a call of its own. */
  readonly contradictions: () => number;
  readonly coverage: () => EventCoverage;
  readonly dispose: () => Promise<void>;
}

interface ChosenGroups {
  readonly all: () => Source<RoleCall>;
  /** The calls of some groups, or of all; fails when there are fewer of them than `atLeast`. */
  readonly callsOf: (groups: OpenGroups | 'all', atLeast: number) => Source<RoleCall>;
}

/** Opens the carrier and chooses the calls that the options name. `kinds` says which calls an audit judges. */
export async function chooseCalls(
  options: EventOptions,
  kinds: 'every' | 'judged',
  run: Run,
): Promise<ChosenCalls> {
  const { from, clipped } = options;
  if (clipped !== undefined) {
    run.context.meter.clipped = true;
    run.context.note(clipped);
  }
  const { stdin, threads: most = 1 } = run.world;
  const threads = from.threads ?? { most, after: WORTH_THREADS };
  const carrier = await openCarrier({ ...from, threads }, stdin, run.context);
  const reach = new ReachOfCalls();
  const apart = { ...nothingSetAside(), not_judged: 0 };
  const otherCalls = new Map<string, number>();
  let contradictions = 0;
  /** Keeps the calls that pass a test, and counts the others apart. */
  const keep = (
    why: keyof SetAside,
    passes: (call: RoleCall) => boolean,
  ): Transform<RoleCall, RoleCall> =>
    filter((call) => {
      const isKept = passes(call);
      if (!isKept) apart[why] += call.weight;
      return isKept;
    });
  const sameCalls = {
    countDuplicates: (calls: number) => void (apart.duplicates += calls),
    countContradictions: (calls: number) => void (contradictions += calls),
  };
  const isJudgedKind =
    kinds === 'every'
      ? []
      : [
          keep('service_calls', (call) => options.kinds.serviceCalls || !isServiceCall(call)),
          keep('failed_calls', (call) => options.kinds.failedCalls || !isFailedCall(call)),
        ];
  return {
    calls: () =>
      through(
        carrier.calls(),
        filter(from.logs === undefined ? () => true : isRecordedIn(from)),
        keep('outside_window', ({ eventTime }) => within(from.window, parseInstant(eventTime)!)),
        onceById({ ...sameCalls, inOrderOfDays: carrier.inOrderOfDays }),
        fullerTwin({ ...sameCalls, openSpool }),
        keep('not_judged', ({ eventName }) => {
          const isJudged = from.eventNames.includes(eventName);
          if (!isJudged) add(otherCalls, eventName, 1);
          return isJudged;
        }),
        tap(reach.add),
        ...isJudgedKind,
      ),
    ...(carrier.groups && {
      groups: {
        all: () => groupsOf(carrier.groups!.all(options.kinds), { apart, otherCalls, reach }),
        callsOf: (groups, atLeast) =>
          complete(carrier.groups!.callsOf(groups, options.kinds), atLeast),
      },
    }),
    setAside: () => ({
      ...apart,
      not_judged: carrier.showsOtherCalls ? apart.not_judged : undefined,
    }),
    notJudged: () => otherCalls,
    contradictions: () => contradictions,
    coverage: () => reach.coverage(carrier.coverage()),
    dispose: carrier.dispose,
  };
}

/** Does a call belong to the accounts and regions that were asked for? What a path does not tell, a record does. */
function isRecordedIn({
  eventAccounts: accounts,
  eventRegions: regions,
}: EventOptions['from']): (call: RoleCall) => boolean {
  const isIn = (one: string | undefined, chosen: readonly string[] | undefined): boolean =>
    one === undefined || chosen === undefined || chosen.includes(one);
  return ({ accountId, region }) => isIn(accountId, accounts) && isIn(region, regions);
}

/** What is noted of calls on their way. */
interface Noted {
  readonly apart: Record<keyof SetAside, number>;
  readonly otherCalls: Map<string, number>;
  readonly reach: ReachOfCalls;
}

function add(counts: Map<string, number>, name: string, calls: number): void {
  counts.set(name, (counts.get(name) ?? 0) + calls);
}

/** The groups, once what was set aside with them is counted. */
async function* groupsOf(
  rows: Source<GroupRow>,
  { apart, otherCalls, reach }: Noted,
): Source<RoleCall> {
  for await (const batch of rows) {
    const groups: RoleCall[] = [];
    for (const row of batch) {
      if (row.kind === 'group') groups.push(row.group);
      else {
        apart[row.why] += row.calls;
        if (row.why.endsWith('_calls')) reach.addSome(row);
        if (row.why === 'not_judged') add(otherCalls, row.eventName ?? '', row.calls);
      }
    }
    reach.add(groups);
    if (groups.length > 0) yield groups;
  }
}

/** What was counted by one query must be there for the next. */
async function* complete(calls: Source<RoleCall>, atLeast: number): Source<RoleCall> {
  let seen = 0;
  for await (const batch of calls) {
    seen += batch.length;
    yield batch;
  }
  if (seen >= atLeast) return;
  throw new SourceError(
    `${count(atLeast, 'call')} were counted, and then only ${seen} were given`,
    {
      hint: 'the trail changed meanwhile: run this again, with a window that ends earlier',
    },
  );
}
