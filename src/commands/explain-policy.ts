import type { Column } from '../model/columns/column.js';
import { requirementOf } from '../model/policy/requirement.js';
import { profilesNamed } from '../model/policy/policy.js';
import type { ExplainOptions } from '../options/check/audit-options.js';
import { pipe } from '../pipeline/pipe.js';
import type { Done, Run } from '../run/run.js';
import { openSink } from '../sinks/open.js';
import { fromRows } from '../pipeline/from-rows.js';

interface Explained {
  readonly profile: string;
  readonly required: boolean;
  readonly rule: string | undefined;
  readonly why: string;
}

const PROFILE: Column<Explained> = {
  name: 'profile',
  title: 'Profile',
  width: 20,
  of: ({ profile }) => profile,
};
const WHY: Column<Explained> = { name: 'why', title: 'Why', width: 120, of: ({ why }) => why };
const REQUIRED = { name: 'policy_required', title: 'Policy Required', width: 15 };
const RULE: Column<Explained> = {
  name: 'policy_rule',
  title: 'Policy Rule',
  width: 32,
  of: ({ rule }) => rule,
};

/** Says of each profile that the policy names whether it is required, and by which rule or why not. */
export async function explainPolicy(options: ExplainOptions, run: Run): Promise<Done> {
  const { policy, warnings, output } = options;
  for (const warning of warnings) run.context.note(warning);
  const rows: Explained[] = profilesNamed(policy).map((profile) => {
    const { required, rule, why } = requirementOf(policy, profile);
    return { profile, required, rule, why };
  });
  const columns: readonly Column<Explained>[] =
    output.format === 'table'
      ? [PROFILE, { ...REQUIRED, of: ({ required }) => (required ? 'Yes' : 'No') }, WHY]
      : [PROFILE, { ...REQUIRED, kind: 'flag', of: ({ required }) => required }, RULE, WHY];
  const empty = 'The policy names no profile: its rules are for any.';
  const sink = openSink(output, run.world, { list: 'profiles', columns, color: false, empty });
  await pipe(fromRows(rows), sink);
  return { lines: [] };
}
