import { judgeCalls } from '../audit/judge-calls.js';
import { caveatsOf } from '../audit/report/caveats/caveats.js';
import { setAsideLine } from '../audit/report/evidence-parts.js';
import { reportOptions } from '../audit/report/report-options.js';
import { select } from '../audit/report/selection.js';
import { openOutput } from '../lake/open-output.js';
import { placedCalls } from '../lake/placed-calls.js';
import { type AttributedVerdict, VERDICT_COLUMNS } from '../model/verdict/attributed-verdict.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { pipe } from '../pipeline/pipe.js';
import { type Done, type Run, mayColor } from '../run/run.js';
import { identityLines } from '../run/who-asks.js';
import { chosenColumns } from '../sinks/open.js';
import { count } from '../text/quantity.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';

const EMPTY = 'No events found.';

/** Exports every judged call, tracked ones too, when all have been judged and the profiles are known. */
export async function exportVerdicts(options: AuditOptions, run: Run): Promise<Done> {
  const { evidence, verdicts, dispose } = await judgeCalls(options, run);
  const asked = reportOptions(options, run.world.now);
  const selection = select(evidence, asked);
  let exported = 0;
  try {
    await pipe(
      verdicts(),
      filter(selection.isListed),
      tap((batch) => (exported += batch.length)),
      openOutput(options.output, run, {
        list: 'verdicts',
        columns: chosenColumns(VERDICT_COLUMNS, options.columns),
        ocsf: async () => (await import('../model/ocsf/detection-finding.js')).VERDICTS_IN_OCSF,
        color: mayColor(run.world),
        empty: EMPTY,
        ...placedCalls<AttributedVerdict>(({ call }) => call),
        window: options.from.window,
        account: async () => evidence.identity?.account,
      }),
    );
  } finally {
    await dispose();
  }
  // What cannot be decided stands in the rows; a name that nothing knows gave none.
  const told = caveatsOf(evidence, selection, asked).map((one) =>
    one.code === 'unknown_profile' ? one : { ...one, weight: 'note' as const },
  );
  return {
    lines: [
      `exported ${count(exported, 'verdict')}; ${setAsideLine(selection.setAside)}`,
      ...identityLines(evidence.identity),
    ],
    caveats: told,
  };
}
