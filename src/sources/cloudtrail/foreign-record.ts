import { isAwsService } from './unwrap.js';

type Json = Readonly<Record<string, unknown>>;

/** How other records look, what they are, and what to do instead. The first that fits is said. */
const KINDS: readonly (readonly [fits: (row: Json) => boolean, what: string])[] = [
  [
    has('digestS3Object', 'digestStartTime'),
    'it is a digest of CloudTrail, which names log files and holds no records: read the folder CloudTrail, not CloudTrail-Digest',
  ],
  [
    has('s3Bucket', 's3ObjectKey'),
    'it is a notification that a log file was delivered: download the file that it names',
  ],
  [
    has('EventId'),
    'it is the output of lookup-events without CloudTrailEvent, which holds the record: save it without --query, or with --query "Events[].CloudTrailEvent"',
  ],
  [
    ({ Findings }) => Array.isArray(Findings),
    'it holds findings, as GuardDuty and Security Hub write them, and no records of CloudTrail',
  ],
  [
    (row) => has('schemaVersion', 'service')(row) || row['source'] === 'aws.guardduty',
    'it is a finding of GuardDuty',
  ],
  [
    ({ eventSource }) => typeof eventSource === 'string' && eventSource.endsWith('.aliyuncs.com'),
    "it is a log of Alibaba Cloud's ActionTrail",
  ],
  [
    ({ eventSource }) => eventSource === 'aws:dynamodb',
    "it holds changes of a DynamoDB table: read the trail's own files",
  ],
  [
    ({ eventSource }) => eventSource === 'aws:s3',
    'it is a notification of S3: download the file that it names',
  ],
  [has('protoPayload'), "it is an audit log of Google Cloud's"],
  [
    (row) => has('eventTimestamp')(row) || has('operationName', 'category')(row),
    'it is an activity log of Azure',
  ],
  [
    has('TenantId', 'SourceSystem'),
    'it is a table of Microsoft Sentinel, which keeps the fields of a record apart: download the log files of the trail',
  ],
  [
    has('rule', 'decoder'),
    "it is an alert of Wazuh: write the records in it alone with jq -c '.data.aws'",
  ],
  [has('class_uid'), 'it is OCSF, as Security Lake keeps it: download the log files of the trail'],
  [
    has('event_id', 'event_source'),
    'it is a table of Steampipe or Tailpipe, which keeps the fields of a record apart: select the column cloudtrail_event, or download the log files of the trail',
  ],
  [
    has('eventsource', 'eventname'),
    'its keys are in lower case, as Glue and Athena write them, and names in them may be lost: ask the table in Athena, or download the log files of the trail',
  ],
  [has('configurationItems'), 'it is a snapshot of AWS Config'],
  [has('webaclId'), 'it is a log of AWS WAF'],
  [
    (row) => has('action')(row) && (has('actor')(row) || has('_document_id')(row)),
    'it is an audit log of GitHub',
  ],
  [
    (row) => has('id', 'user', 'profile')(row) || 'sessions' in row,
    'it holds sessions of Sentinel, and no events',
  ],
  [
    (row) => has('Item')(row) || has('NewImage')(row) || has('OldImage')(row),
    'it is an export of a DynamoDB table',
  ],
  [has('logEvents'), 'it holds messages of CloudWatch Logs'],
];

/** Deeper than records lie in what is seen, and than looking takes long. */
const DEEPEST = 8;

/**
 * What a value that is no CloudTrail record looks like, and what to do to have the records: a clause that goes
 * on after a colon, with nothing of the value in it but the name of its service. `inner` is what lies in its
 * wrapper, if it has one.
 */
export function foreignRecord(value: unknown, inner?: unknown): string {
  if (typeof value !== 'object' || value === null) return 'a record is an object with eventSource';
  const kind = kindOf(value) ?? kindOf(inner);
  if (kind !== undefined) return kind;
  const lies = whereRecordLies(value, DEEPEST);
  if (lies === 'object') {
    return `the records lie within other objects: write them alone with jq -c '..|objects|${SELECT}'`;
  }
  if (lies === 'text') {
    return `the records lie in texts within other objects: write them alone with jq -c '..|strings|fromjson?|objects|${SELECT}'`;
  }
  const { eventSource } = value as Json;
  if (typeof eventSource !== 'string') return 'its records have no eventSource';
  const shown = /^[\w.:/-]{1,64}$/.test(eventSource) ? ` (${eventSource})` : '';
  return `its eventSource${shown} is not a service under amazonaws.com`;
}

function kindOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return KINDS.find(([fits]) => fits(value as Json))?.[1];
}

function has(...keys: readonly string[]): (row: Json) => boolean {
  return (row) => keys.every((key) => Object.hasOwn(row, key));
}

const SELECT = 'select(.eventSource and .eventName and .eventID)';

function whereRecordLies(value: unknown, depth: number): 'object' | 'text' | undefined {
  if (typeof value === 'string') return isRecordText(value) ? 'text' : undefined;
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  if (isAwsService((value as Json)['eventSource'])) return 'object';
  for (const member of Object.values(value)) {
    const found = whereRecordLies(member, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecordText(text: string): boolean {
  return /^\s*\{/.test(text) && /"eventSource"\s*:\s*"[a-z0-9.-]+\.amazonaws\.com/.test(text);
}
