import { complianceReport } from '../audit/report/compliance-report.js';
import { deliverReport } from '../audit/report/deliver-report.js';
import { judgeCalls } from '../audit/judge-calls.js';
import { reportOptions } from '../audit/report/report-options.js';
import { profilesNamed } from '../model/policy/policy.js';
import { requirements } from '../model/policy/requirement.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { readCaveats } from '../run/read-caveats.js';
import type { Done, Run } from '../run/run.js';

/** Reports for each profile whether tracked sessions are demanded, and whether that is kept. */
export async function sessionCompliance(options: AuditOptions, run: Run): Promise<Done> {
  for (const warning of options.policy?.warnings ?? []) run.context.note(warning);
  const { evidence, dispose } = await judgeCalls(options, run, () => false);
  try {
    const policy = options.policy?.policy;
    const report = complianceReport(
      evidence,
      {
        ...reportOptions(options, run.world.now),
        requirementOf: requirements(policy),
        named: policy && profilesNamed(policy),
      },
      readCaveats(run.context.meter),
    );
    return await deliverReport(report, options, run);
  } finally {
    await dispose();
  }
}
