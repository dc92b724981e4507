import { EVENT_COLUMNS, VERDICT_COLUMNS } from '../model/verdict/attributed-verdict.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import type { EventOptions } from '../options/check/event-options.js';
import { pipe } from '../pipeline/pipe.js';
import { type Done, type Run, count, mayColor } from '../run/run.js';
import { chosenColumns, openSink } from '../sinks/open.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import { isOfProfile, judgeEvents } from '../audit/judge-calls.js';
import { summarize } from '../audit/summarize.js';
import { pointOutRoleless, pointOutUnknown } from '../audit/audit-doubts.js';
import { chooseEvents } from '../audit/choose-calls.js';

/** Streams the role events of the window, each once; failed calls and those of services among them. */
export async function exportEvents(options: EventOptions, run: Run): Promise<Done> {
  const { world } = run;
  const { events, excluded, dispose } = await chooseEvents(options, run);
  let exported = 0;
  try {
    await pipe(
      events(),
      tap<RoleCall>((batch) => {
        exported += batch.length;
      }),
      openSink(options.output, world, {
        list: 'events',
        columns: chosenColumns(EVENT_COLUMNS, options.columns),
        color: mayColor(world),
        empty: 'No events found.',
      }),
    );
  } finally {
    await dispose();
  }
  const { duplicates, outside_window, not_judged } = excluded;
  const left = `${duplicates} duplicates, ${outside_window} outside the window, ${not_judged} of other calls`;
  return { lines: [`exported ${count(exported, 'event')}; left out: ${left}`] };
}

/** Exports every judged event, tracked ones too, when all have been judged and the profiles are known. */
export async function exportVerdicts(options: AuditOptions, run: Run): Promise<Done> {
  const { world } = run;
  const audit = await judgeEvents(options, run);
  let exported = 0;
  try {
    pointOutRoleless(audit.tally, options, run);
    pointOutUnknown(audit.tally, summarize(audit, options, run), options, run);
    await pipe(
      audit.findings(),
      filter(isOfProfile(audit, options.profile)),
      tap((batch) => {
        exported += batch.length;
      }),
      openSink(options.output, world, {
        list: 'verdicts',
        columns: chosenColumns(VERDICT_COLUMNS, options.columns),
        color: mayColor(world),
        empty: 'No events found.',
      }),
    );
  } finally {
    await audit.dispose();
  }
  const { excluded } = audit.tally;
  const apart = Object.entries(excluded).map(([why, number]) => `${number} ${why}`);
  return { lines: [`exported ${count(exported, 'verdict')}; counted apart: ${apart.join(', ')}`] };
}
