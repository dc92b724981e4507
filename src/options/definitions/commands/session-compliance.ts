import { PROFILE_COLUMNS } from '../../../model/report/profile-compliance.js';
import { FORMAT_NAMES } from '../../../model/report/format.js';
import type { CommandDefinition } from './command.js';
import {
  AUDIT_MAIN,
  COMMON,
  EVENT_SOURCES,
  JUDGED,
  JUDGING,
  OUTPUTS,
  WINDOW,
  columnsOf,
} from './option-sets.js';

export const SESSION_COMPLIANCE = {
  name: 'session-compliance',
  describe: 'Report for each profile whether its use is tracked, as the policy requires',
  options: [
    ...new Set([
      ...WINDOW,
      'profile',
      ...EVENT_SOURCES,
      'explain-policy',
      ...JUDGING,
      'fail-on',
      ...OUTPUTS,
      ...COMMON,
    ] as const),
  ],
  meanings: {
    ...JUDGED,
    profile: { describe: 'Report on this profile only' },
    policy: {
      describe:
        'Access policy of Sentinel (YAML). Without it, no profile is required to be tracked',
    },
    format: {
      choices: FORMAT_NAMES,
      describe:
        'Output format. human is the same as table, jsonl the same as ndjson; parquet needs --out; github writes one workflow annotation for each gap, ocsf one OCSF 1.3.0 document a line, or Parquet with --out FILE.parquet, markdown (md) a comment or a job summary. Default: by the ending of --out, else table',
    },
    columns: columnsOf(PROFILE_COLUMNS),
  },
  main: [
    'since',
    'until',
    'policy',
    'explain-policy',
    'profile',
    'events',
    'event-regions',
    'table',
    'sessions',
    ...AUDIT_MAIN,
  ],
  examples: [
    [
      'sentinel-audit session-compliance --since 7d --until 15m --policy policy.yaml',
      'The last week, from CloudTrail and the live table',
    ],
    [
      'sentinel-audit session-compliance --since 7d --policy policy.yaml --format github',
      'In GitHub Actions: one annotation for each gap',
    ],
    [
      'sentinel-audit session-compliance --policy policy.yaml --explain-policy',
      'Which profiles are required, and by which rule',
    ],
  ],
} as const satisfies CommandDefinition;
