import { accountIds } from './account-ids.js';
import type { Definitions } from './definition.js';

/** Where role calls come from, and which of them. */
export const EVENTS = {
  events: {
    kind: 'list',
    value: 'PATH…',
    names: 'file',
    suggest: ['lookup', 'athena'],
    describe:
      "Source of role calls: lookup, athena, or log files. lookup, the default, is the last 90 days of CloudTrail's event history. athena is the table of --athena-table. Anything else is files: CloudTrail log files, records as NDJSON or as an array, saved lookup-events output, records as EventBridge, CloudWatch Logs, Firehose and others wrap them; plain or gzip. A folder means all log files in it and below, s3://BUCKET/PREFIX all objects below it, - is standard input",
  },
  'event-accounts': {
    kind: 'text',
    value: 'LIST',
    read: accountIds,
    describe:
      'Accounts whose events are read from log files or by athena, separated by commas. Folders and partitions of a trail that belong to other accounts are not read. Default: all',
  },
  'event-regions': {
    kind: 'text',
    value: 'LIST',
    describe:
      'Regions whose events are read, separated by commas. With --events lookup all asks every enabled region. Default: for lookup the region in use and, in the partition aws, us-east-1; for log files and athena all',
  },
  threads: {
    kind: 'number',
    value: 'N',
    describe:
      'Read log files with N threads side by side, each with about 40 MB of memory; 1 reads one after the other. Default: as many as there are processors, at most 4, once 8 MB have been read',
  },
  cache: {
    kind: 'text',
    value: 'DIR',
    names: 'file',
    describe:
      "Keep in the folder DIR what CloudTrail's event history returned, as far as it is older than a day, and ask for nothing twice. For --events lookup",
  },
  'event-name': {
    kind: 'text',
    value: 'LIST',
    parts: ['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'all'],
    describe: 'Calls to read, separated by commas. Default: AssumeRole',
  },
} as const satisfies Definitions;
