import { gzipSync } from 'node:zlib';
import type { TrailRecord } from './cloudtrail.js';

type Records = readonly TrailRecord[];
type Wrap = (records: Records) => string | Buffer;

const text = (value: unknown): string => JSON.stringify(value);
const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');
const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${text(value)}\n`).join('');
const timeOf = (record: TrailRecord): number => Date.parse(String(record['eventTime']));

/** An event of CloudWatch Logs. */
const logEvent = (record: TrailRecord): object => ({
  id: '1',
  timestamp: timeOf(record),
  message: text(record),
});
const CONTROL = {
  messageType: 'CONTROL_MESSAGE',
  logEvents: [{ id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking health.' }],
};
const subscription = (records: Records): object => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: 'trail',
  subscriptionFilters: ['all'],
  logEvents: records.map(logEvent),
});
const eventBridge = (record: TrailRecord): object => ({
  version: '0',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.sts',
  resources: [],
  detail: record,
});
const lookedUp = (record: TrailRecord): object => ({
  EventId: record['eventID'],
  EventName: record['eventName'],
  Resources: [],
  CloudTrailEvent: text(record),
});
const utf16 = (content: string): Buffer => Buffer.from(`\ufeff${content}`, 'utf16le');

/** The forms in which people have the records of a trail in hand, and how each is made of them. */
export const WRAPPERS: Readonly<Record<string, Wrap>> = {
  'a trail file': (Records) => text({ Records }),
  'a trail file, printed': (Records) => JSON.stringify({ Records }, null, 2),
  'a list': text,
  'records without anything between them': (records) => records.map(text).join(''),
  'records with commas between them': (records) =>
    records.map((record) => `${text(record)},\n`).join(''),
  'records printed': (records) =>
    records.map((record) => JSON.stringify(record, null, 2)).join('\n'),
  'a list of trail files': (records) => text(records.map((record) => ({ Records: [record] }))),
  'trail files, one a line': (records) => lines(records.map((record) => ({ Records: [record] }))),
  'UTF-16, as PowerShell writes it': (Records) => utf16(JSON.stringify({ Records }, null, 4)),
  'pages of lookup-events': (records) =>
    records
      .map((record, at) =>
        text({
          Events: [lookedUp(record)],
          NextToken: at < records.length - 1 ? 'more' : undefined,
        }),
      )
      .join('\n'),
  'a list of pages of lookup-events': (records) =>
    text(records.map((record) => ({ Events: [lookedUp(record)] }))),
  'events of lookup-events, one a line': (records) => lines(records.map(lookedUp)),
  "a list of texts, as lookup-events' --query makes it": (records) =>
    JSON.stringify(records.map(text), null, 4),
  'texts, one a line': (records) => lines(records.map(text)),
  'events of EventBridge, one a line': (records) => lines(records.map(eventBridge)),
  'a list of events of EventBridge': (records) => JSON.stringify(records.map(eventBridge), null, 2),
  'filter-log-events': (records) =>
    text({ events: records.map(logEvent), searchedLogStreams: [{ logStreamName: 'x' }] }),
  'get-log-events': (records) =>
    text({ events: records.map(logEvent), nextForwardToken: 'f', nextBackwardToken: 'b' }),
  'subscriptions of CloudWatch Logs': (records) =>
    [CONTROL, subscription(records.slice(0, 2)), subscription(records.slice(2))].map(text).join(''),
  'what a subscription hands to Lambda': (records) =>
    text({ awslogs: { data: base64(gzipSync(text(subscription(records)))) } }),
  'an export of CloudWatch Logs to S3': (records) =>
    records.map((record) => `${new Date(timeOf(record)).toISOString()} ${text(record)}\n`).join(''),
  'an export of CloudWatch Logs to S3, without a last line end': (records) =>
    records.map((record) => `${new Date(timeOf(record)).toISOString()} ${text(record)}`).join('\n'),
  'results of CloudWatch Logs Insights': (records) =>
    text({
      results: records.map((record) => [
        { field: '@timestamp', value: '2026-01-17 00:00:00.000' },
        { field: '@message', value: text(record) },
      ]),
      status: 'Complete',
    }),
  'results of Insights, as the console saves them': (records) =>
    JSON.stringify(
      records.map((record) => ({ '@timestamp': 'x', '@message': record })),
      null,
      2,
    ),
  'what Firehose hands to Lambda': (records) =>
    text({
      invocationId: 'x',
      records: records.map((record) => ({ recordId: '1', data: base64(text(record)) })),
    }),
  'what Kinesis hands to Lambda': (records) =>
    text({
      Records: [
        {
          kinesis: { data: base64(gzipSync(text(subscription(records)))) },
          eventSource: 'aws:kinesis',
          eventName: 'aws:kinesis:record',
          eventID: '1',
        },
      ],
    }),
  'what SQS hands to Lambda': (records) =>
    text({
      Records: records.map((record) => ({
        messageId: '1',
        body: text(eventBridge(record)),
        eventSource: 'aws:sqs',
      })),
    }),
  'messages of SQS': (records) =>
    text({ Messages: records.map((record) => ({ MessageId: '1', Body: text(record) })) }),
  'what SNS hands to Lambda': (records) =>
    text({
      Records: records.map((record) => ({
        EventSource: 'aws:sns',
        Sns: { Type: 'Notification', Message: text(record) },
      })),
    }),
  'results of CloudTrail Lake': (records) =>
    text({
      QueryStatus: 'FINISHED',
      QueryResultRows: records.map((record) => [
        { eventName: String(record['eventName']) },
        { eventJson: text(record) },
      ]),
    }),
  'documents of Elasticsearch': (records) =>
    text({
      took: 1,
      hits: {
        total: { value: records.length },
        hits: records.map((record) => ({ _index: 'x', _source: record })),
      },
    }),
  'documents of Filebeat': (records) =>
    lines(records.map((record) => ({ _source: { event: { original: text(record) } } }))),
  'messages of Filebeat': (records) =>
    lines(records.map((record) => ({ '@timestamp': 'x', message: text(record) }))),
  'results of Splunk': (records) =>
    text({ preview: false, results: records.map((record) => ({ _raw: text(record) })) }),
  'an export of Splunk': (records) =>
    lines(records.map((record) => ({ preview: false, result: { _raw: text(record) } }))),
  'entries of Google Cloud Logging': (records) =>
    text(records.map((record) => ({ logName: 'x', jsonPayload: record }))),
  'rows of Steampipe': (records) =>
    text({ rows: records.map((record) => ({ event_id: '1', cloudtrail_event: record })) }),
};
