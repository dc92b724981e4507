import type { ListKeys } from '../../text/json/json-rows.js';

/**
 * Under which keys documents keep their records: a trail, `lookup-events`, CloudWatch Logs (`events` of its
 * commands, `logEvents` of its subscriptions, `results` of a query), Firehose and other Lambda events, Splunk,
 * Elasticsearch (`hits.hits`), CloudTrail Lake, SQS.
 */
export const RECORD_LISTS: ListKeys = {
  lists: new Set([
    'Records',
    'Events',
    'events',
    'logEvents',
    'records',
    'results',
    'CloudTrailEvents',
    'QueryResultRows',
    'Messages',
    'entries',
    'rows',
  ]),
  deepLists: new Set(['hits']),
};

/** The keys with which such a document may begin. */
export const DOCUMENT_KEYS: ReadonlySet<string> = new Set([
  ...RECORD_LISTS.lists,
  'NextToken',
  'nextToken',
  '$metadata',
  'messageType',
  'searchedLogStreams',
  'nextForwardToken',
  'nextBackwardToken',
  'status',
  'statistics',
  'preview',
  'init_offset',
  'took',
  'timed_out',
  '_scroll_id',
  'QueryStatus',
  'QueryStatistics',
]);

/** Where wrappers keep one record, as an object or as text, the surest first. */
export const WRAPPERS: readonly (readonly string[])[] = [
  ['detail'], // EventBridge
  ['eventJson'], // CloudTrail Lake
  ['event', 'original'], // Elastic
  ['event.original'],
  ['_source'],
  ['_raw'], // Splunk
  ['result'],
  ['@message'], // CloudWatch Logs Insights
  ['message'], // CloudWatch Logs, Filebeat
  ['jsonPayload'], // Google Cloud Logging
  ['cloudtrail_event'], // Steampipe
  ['awslogs', 'data'], // a subscription's Lambda function
  ['kinesis', 'data'],
  ['data'], // Firehose
  ['Data'],
  ['body'], // SQS
  ['Body'],
  ['Sns', 'Message'],
  ['Message'],
];
