import { trailCaveats } from '../audit/report/caveats/trail-caveats.js';
import { chooseCalls } from '../audit/choose-calls.js';
import { placedCalls } from '../lake/placed-calls.js';
import { openOutput } from '../lake/open-output.js';
import { EVENT_COLUMNS } from '../model/verdict/attributed-verdict.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { EventOptions } from '../options/check/event-options.js';
import { pipe } from '../pipeline/pipe.js';
import { type Done, type Run, mayColor } from '../run/run.js';
import { identityLines, whoAsks } from '../run/who-asks.js';
import { chosenColumns } from '../sinks/open.js';
import { count } from '../text/quantity.js';
import { wildcard } from '../text/wildcard.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';

const EMPTY = 'No events found.';

/** Streams the role calls of the window, each once; failed calls and those of services among them. */
export async function exportEvents(options: EventOptions, run: Run): Promise<Done> {
  const identity = whoAsks(options.from.logs === undefined ? options.from : undefined, run.context);
  const { calls, setAside, contradictions, coverage, dispose } = await chooseCalls(
    options,
    'every',
    run,
  );
  let exported = 0;
  try {
    await pipe(
      calls(),
      filter(isOfRole(options.role)),
      tap((batch) => (exported += batch.length)),
      openOutput(options.output, run, {
        list: 'events',
        columns: chosenColumns(EVENT_COLUMNS, options.columns),
        ocsf: async () => (await import('../model/ocsf/authentication.js')).CALLS_IN_OCSF,
        color: mayColor(run.world),
        empty: EMPTY,
        ...placedCalls<RoleCall>((call) => call),
        window: options.from.window,
        account: async () => (await identity)?.account,
      }),
    );
  } finally {
    await dispose();
  }
  const { duplicates, outside_window, not_judged } = setAside();
  const others = not_judged === undefined ? '' : `, ${not_judged} of other calls`;
  const left = `${duplicates} duplicates, ${outside_window} outside the window${others}`;
  return {
    lines: [
      `exported ${count(exported, 'event')}; left out: ${left}`,
      ...identityLines(await identity),
    ],
    caveats: trailCaveats({
      contradictions: contradictions(),
      freshUntil: options.freshUntil,
      events: coverage(),
    }),
  };
}

/** A call may not say its role: then it may be the one that is asked for. */
function isOfRole(role: string | undefined): (call: RoleCall) => boolean {
  const matches = role === undefined ? () => true : wildcard(role);
  return ({ roleArn }) => roleArn === undefined || matches(roleArn);
}
