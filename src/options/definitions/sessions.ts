import { ValueError } from '../../errors.js';
import { durationSeconds } from '../../model/time/duration.js';
import type { Definitions } from './definition.js';

/** Where sessions come from, how they are read, and which of them are known to be there. */
export const SESSIONS = {
  table: {
    kind: 'text',
    value: 'NAME',
    read: tableName,
    describe:
      'The live session table. Default: $SENTINEL_SESSION_TABLE, else sentinel-sessions; with --sessions no table is read unless it is named',
  },
  sessions: {
    kind: 'list',
    value: 'PATH…',
    names: 'file',
    describe:
      'Files with sessions. Exports of this tool (CSV, NDJSON, JSON, Parquet), downloaded DynamoDB exports, saved answers of the AWS CLI (scan, query, batch-get-item and others), records of the stream of the table; the folder of an archive; plain or gzip. A folder means all files in it and below, s3://BUCKET/PREFIX all objects below it, - is standard input. With --table both are read, each session once',
  },
  exclude: {
    kind: 'list',
    value: 'GLOB…',
    describe:
      'Files and folders to leave out of the folders of --events and --sessions. A pattern without / is matched with names ("README*"), any other with paths below the folder ("old/**")',
  },
  'sessions-since': {
    kind: 'text',
    value: 'WHEN',
    describe:
      'Time since which no session is missing. You vouch for the files of --sessions, or for the table when there are none. Orphaned calls in this time are findings; without it they may be unverifiable. Written like --since',
  },
  'sessions-until': {
    kind: 'text',
    value: 'WHEN',
    describe: 'End of the time of --sessions-since. Default: the newest created_at that was read',
  },
  'max-session': {
    kind: 'text',
    value: 'DURATION',
    read: positiveDuration,
    describe:
      'The longest time that a session can live. An orphaned call is a finding only if no session is missing for this long before it. Default: 12h',
  },
  segments: {
    kind: 'number',
    value: 'N',
    describe: 'Scan the table in N parallel segments. Default: chosen by its size',
  },
  'max-rcu': {
    kind: 'number',
    value: 'N',
    describe: 'Read at most N read units per second from the table',
  },
} as const satisfies Definitions;

/** A name as DynamoDB allows it, or the ARN of a table. */
function tableName(text: string): string {
  if (/^[A-Za-z0-9_.-]{3,255}$/.test(text) || /^arn:[a-z-]+:dynamodb:.+:table\/.+$/.test(text)) {
    return text;
  }
  throw new ValueError(
    `"${text}" is not a valid table name`,
    'DynamoDB allows 3 to 255 letters, digits, _, . and -',
  );
}

/** Whole seconds, at least one. */
function positiveDuration(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds > 0) return seconds;
  throw new ValueError(`"${text}" is shorter than a second`, 'write 12h or 15m');
}
