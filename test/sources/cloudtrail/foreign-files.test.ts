import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { listLogFiles } from '../../../src/sources/cloudtrail/listing/log-files.js';
import { readLogFiles } from '../../../src/sources/cloudtrail/read-logs.js';
import { storages } from '../../../src/storage/storage-of.js';
import { assumeRoleRecord, eventIdOf } from '../../support/cloudtrail.js';
import { rowsOf, temporaryFolder } from '../../support/contracts.js';
import { keptReading } from '../../support/records.js';
import { sessionRow } from '../../support/sessions.js';
import { writeAll } from '../../support/storages.js';

const text = (value: unknown): string => JSON.stringify(value);
const record = assumeRoleRecord();
const other = assumeRoleRecord({ eventName: 'ListBuckets', eventSource: 's3.amazonaws.com' });

async function read(content: string | Buffer, more: { exclude?: string[] } = {}) {
  const path = join(temporaryFolder(), 'log');
  writeFileSync(path, content);
  return readPlaces([path], more.exclude);
}

async function readPlaces(places: readonly string[], exclude: readonly string[] = []) {
  const kept = keptReading();
  const window = { since: undefined, until: undefined };
  const { files } = await listLogFiles(
    { places, window, exclude },
    storages(Readable.from([]), kept.context),
    kept.context,
  );
  const events = await rowsOf(readLogFiles(files(), kept.context));
  return { ...kept, events };
}

const csv = (header: string, ...rows: string[]): string => `${[header, ...rows].join('\n')}\n`;
const utf32 = (value: string): Buffer =>
  Buffer.from(Uint32Array.from(value, (character) => character.codePointAt(0)!).buffer);
const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

/** What is no log of a trail, and words that must be said of it: the form, and the way out. */
const FOREIGN: readonly (readonly [name: string, content: string | Buffer, ...said: RegExp[]])[] = [
  [
    'a digest',
    text({ awsAccountId: '1', digestStartTime: 'x', digestS3Object: 'y', logFiles: [] }),
    /digest/,
    /folder CloudTrail/,
  ],
  ['findings of GuardDuty', text({ Findings: [{ Id: 'x', Type: 'y' }] }), /GuardDuty/],
  ['a log of GitHub', text([{ action: 'repo.create', actor: 'x', '@timestamp': 1 }]), /GitHub/],
  ['a log of Azure', text([{ eventName: { value: 'Begin' }, eventTimestamp: 'x' }]), /Azure/],
  ['a log of Alibaba Cloud', text([{ ...record, eventSource: 'sts.aliyuncs.com' }]), /Alibaba/],
  ['a log of Google Cloud', text({ protoPayload: { methodName: 'x' }, logName: 'y' }), /Google/],
  [
    'alerts of Wazuh',
    text({ rule: { id: '1' }, decoder: {}, data: { aws: record } }),
    /Wazuh/,
    /jq -c '\.data\.aws'/,
  ],
  ['logs of Datadog', text({ data: [{ attributes: { attributes: record } }] }), /jq -c '/],
  [
    'lines of a container',
    text({ log: `${text(record)}\n`, stream: 'stdout' }),
    /jq -c '.*fromjson/,
  ],
  [
    'a table of Microsoft Sentinel',
    text([{ TenantId: 't', SourceSystem: 'AWS', EventName: 'AssumeRole' }]),
    /Microsoft Sentinel/,
    /log files/,
  ],
  [
    'rows of Steampipe without the record',
    text({ rows: [{ event_id: 'x', event_source: 'y' }] }),
    /Steampipe/,
    /cloudtrail_event/,
  ],
  [
    'keys in lower case',
    text({ eventsource: 'sts.amazonaws.com', eventname: 'AssumeRole' }),
    /lower case/,
    /Athena/,
  ],
  [
    'a notification of a delivery',
    text({ Type: 'Notification', Message: text({ s3Bucket: 'b', s3ObjectKey: ['k'] }) }),
    /notification/,
    /download/,
  ],
  [
    'lookup-events without the record',
    text([{ EventId: 'x', EventName: 'AssumeRole' }]),
    /without CloudTrailEvent/,
    /--query/,
  ],
  [
    'changes of a table',
    text({
      Records: [
        { eventSource: 'aws:dynamodb', dynamodb: { NewImage: { x: { S: text(record) } } } },
      ],
    }),
    /DynamoDB/,
  ],
  ['an export of a table', text({ Item: { id: { S: 'x' } } }), /DynamoDB/],
  ['sessions', text(sessionRow(1)), /sessions/],
  ['OCSF', text({ class_uid: 3002, api: {} }), /OCSF/],
  ['a snapshot of AWS Config', text({ fileVersion: '1.0', configurationItems: [] }), /AWS Config/],
  ['anything else', text({ hello: 'world' }), /no eventSource/],
  [
    'control messages alone',
    text({ messageType: 'CONTROL_MESSAGE', logEvents: [{ message: 'CWL CONTROL MESSAGE: x' }] }),
    /no record/,
  ],
  ['a list of another kind', text({ results: [] }), /no record/],
  [
    'the CSV of the console',
    csv('User name,AWS access key,Event time,Event source', 'a,b,c,d'),
    /console/,
    /lacks the request/,
    /lookup-events/,
  ],
  ['a CSV of Athena', csv('eventversion,useridentity,requestparameters', '1,2,3'), /Athena/],
  [
    'a CSV of CloudTrail Lake',
    csv('eventID,eventJson', `x,${quoted(text(record))}`),
    /Lake/,
    /get-query-results/,
  ],
  [
    'a CSV of Lake without whole records',
    csv('"eventTime","eventName"', '"x","AssumeRole"'),
    /CSV/,
    /JSON/,
  ],
  ['a CSV of Insights', csv('@timestamp,@message', `x,${quoted(text(record))}`), /CSV/, /as JSON/],
  ['a CSV of Splunk', csv('_raw,_time', `${quoted(text(record))},x`), /CSV/, /as JSON/],
  ['a CSV of Tailpipe', csv('tp_id,event_id', '1,x'), /Tailpipe/],
  ['YAML', 'Events:\n- CloudTrailEvent: x\n', /YAML/, /--output json/],
  ["Python's own notation", `{'Records': [{'eventName': 'AssumeRole'}]}`, /Python/, /json\.dump/],
  ['HTML', '<!DOCTYPE html><html></html>', /HTML/],
  ['a VPC flow log', 'version account-id interface-id\n2 1 x\n', /VPC flow log/],
  ['a log of a load balancer', 'https 2026-01-20T10:00:00.1Z app/x/1 1.2.3.4:1\n', /load balancer/],
  ['an empty file', '', /empty/],
  ['gzip within gzip', gzipSync(gzipSync(text({ Records: [record] }))), /gzip within gzip/],
  ['a zip archive', Buffer.from('PK\x03\x04rest'), /zip/, /unzip/],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /zstd -d/],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]), /xz -d/],
  ['bzip2', Buffer.from('BZh91AY'), /bunzip2/],
  ['a tar archive', Buffer.concat([Buffer.alloc(257, 'x'), Buffer.from('ustar\0')]), /tar -xf/],
  [
    'a packed tar archive',
    gzipSync(Buffer.concat([Buffer.alloc(257, 'x'), Buffer.from('ustar\0')])),
    /tar -xf/,
  ],
  ['Parquet', Buffer.from('PAR1\x15\x00'), /Parquet/],
  ['ION', gzipSync('$ion_1_0 {Item:{}}'), /ION/],
  [
    'UTF-16 without a mark',
    Buffer.from(text({ Records: [record] }), 'utf16le'),
    /UTF-16 without a byte order mark/,
    /iconv -f UTF-16LE -t UTF-8/,
  ],
  [
    'UTF-16 without a mark, big end first',
    Buffer.from(text(record), 'utf16le').swap16(),
    /iconv -f UTF-16BE/,
  ],
  ['UTF-32', utf32(`\ufeff${text(record)}`), /UTF-32/, /iconv -f UTF-32LE/],
  ['UTF-32 without a mark', utf32(text(record)), /UTF-32/, /iconv -f UTF-32LE/],
  ['UTF-32, big end first', utf32(`\ufeff${text(record)}`).swap32(), /iconv -f UTF-32BE/],
  ['UTF-32BE without a mark', utf32(text(record)).swap32(), /iconv -f UTF-32BE/],
  ['packed UTF-32', gzipSync(utf32(`\ufeff${text(record)}`)), /iconv -f UTF-32LE/],
  [
    'a JSON text sequence',
    `\x1e${text(record)}\n\x1e${text(record)}\n`,
    /JSON text sequence \(RFC 7464\)/,
    /tr -d '\\036'/,
  ],
  ['bytes that are no text', Buffer.from('\x01\x02,\x03\n'), /neither text nor gzip/],
];

describe('a file of something else is refused with words for its form and the way out', () => {
  test.each(FOREIGN.map(([name, content, ...said]) => ({ name, content, said })))(
    '$name',
    async ({ content, said }) => {
      const { events, rejects, meter } = await read(content);
      expect(events).toEqual([]);
      expect(rejects.length).toBe(1);
      for (const words of said) expect(rejects[0]!.reason).toMatch(words);
      expect(meter.complete).toBe(false);
      expect(text(rejects)).not.toContain('HIDDEN');
    },
  );

  test.each(
    FOREIGN.filter(([name]) => !/list|control|empty/.test(name)).map(([name, content]) => ({
      name,
      content,
    })),
  )('$name among good ones is named, and the others are read', async ({ content }) => {
    const folder = temporaryFolder();
    writeAll(folder, { 'a.json': text(record), 'c.json': text(record) });
    writeFileSync(join(folder, 'b'), content);
    const { events, rejects } = await readPlaces([folder]);
    expect(events.length).toBe(2);
    expect(rejects.map(({ place }) => place)).toEqual([join(folder, 'b')]);
  });
});

describe('a foreign record after good ones is rejected', () => {
  test.each([
    ['of another service', { ...record, eventSource: 'sts.aliyuncs.com' }],
    ['of nothing', { hello: 'world' }],
    ['of a stream', { kinesis: { data: 'eyJhIjoxfQ==' }, eventSource: 'aws:kinesis' }],
    ['whose service is not told', { ...record, eventSource: undefined }],
    ['that says its service in a text', { note: '"eventSource":"s3.amazonaws.com"' }],
    [
      'whose service is another, after one that is not',
      { a: { eventSource: 's3.amazonaws.com' }, eventSource: 'x' },
    ],
  ])('%s', async (_, foreign) => {
    for (const content of [
      text({ Records: [other, foreign, record] }),
      text([other, foreign, record]),
      [other, foreign, record].map(text).join('\n'),
      [other, foreign, record].map(text).join(''),
    ]) {
      const { events, rejects } = await read(content);
      expect(events.length).toBe(1);
      expect(rejects).toMatchObject([
        { kind: 'row', reason: expect.stringMatching(/^not a CloudTrail record/) },
      ]);
    }
  });
});

describe('an answer that was saved in part is incomplete, and what is there is read', () => {
  const event = { EventId: 'x', CloudTrailEvent: text(record) };
  const logEvent = { timestamp: 1, message: text(record) };
  const hit = { _source: record };
  test.each([
    ['lookup-events', [{ Events: [event], NextToken: 'x' }], /saved in part/],
    ['its last page', [{ Events: [event] }, { Events: [], NextToken: 'x' }], /saved in part/],
    [
      'filter-log-events',
      [{ events: [logEvent], searchedLogStreams: [], nextToken: 'x' }],
      /saved in part/,
    ],
    [
      'a query that runs',
      [{ results: [[{ field: '@message', value: text(record) }]], status: 'Running' }],
      /had not finished/,
    ],
    [
      'Lake',
      [{ QueryStatus: 'RUNNING', QueryResultRows: [[{ eventJson: text(record) }]] }],
      /had not finished/,
    ],
    ...['Failed', 'Cancelled', 'Timeout'].map((status): [string, object[], RegExp] => [
      `a query that is ${status}`,
      [{ results: [[{ field: '@message', value: text(record) }]], status }],
      /had not finished, or failed/,
    ]),
    [
      'rows of Lake, fewer than there are',
      [
        {
          QueryStatus: 'FINISHED',
          QueryStatistics: { ResultsCount: 1, TotalResultsCount: 5000 },
          QueryResultRows: [[{ eventJson: text(record) }]],
        },
      ],
      /found 5,000 documents, and 1 were saved/,
    ],
    [
      'a search whose documents are of other calls, after a record',
      [record, { hits: { total: { value: 9 }, hits: [{ _source: other }] } }],
      /found 9 documents, and 1 were saved/,
    ],
    [
      'a search',
      [{ took: 1, hits: { total: { value: 2 }, hits: [hit] } }],
      /found 2 documents, and 1 were saved/,
    ],
  ])('%s', async (_, pages, why) => {
    for (const content of [
      pages.map(text).join('\n'),
      text(pages),
      JSON.stringify(pages, null, 2),
    ]) {
      const { events, rejects } = await read(content);
      expect(events.length).toBe(1);
      expect(rejects.map(({ kind, reason }) => [kind, reason])).toEqual([
        ['file', expect.stringMatching(why)],
      ]);
    }
  });

  test.each([
    ['pages of lookup-events', [{ Events: [event], NextToken: 'x' }, { Events: [] }]],
    ['get-log-events', [{ events: [logEvent], nextForwardToken: 'f' }]],
  ])('but not %s', async (_, pages) => {
    const { events, rejects } = await read(pages.map(text).join(''));
    expect([events.length, rejects]).toEqual([1, []]);
  });
});

test('what other services keep below AWSLogs is passed over, and counted in one note', async () => {
  const folder = temporaryFolder();
  const area = 'AWSLogs/111122223333';
  writeAll(folder, {
    [`${area}/CloudTrail/us-east-1/2026/01/20/a.json`]: text({ Records: [record] }),
    [`${area}/Config/us-east-1/2026/1/20/ConfigHistory/x.json`]: 'no record',
    [`${area}/Config/ConfigWritabilityCheckFile`]: '',
    [`${area}/elasticloadbalancing/us-east-1/2026/01/20/x.log`]: 'no record',
    [`${area}/CloudTrail-Digest/us-east-1/2026/01/20/x.json`]: 'no record',
  });
  for (const place of [folder, join(folder, 'AWSLogs'), join(folder, area)]) {
    const { events, rejects, notes } = await readPlaces([place]);
    expect([events.length, rejects]).toEqual([1, []]);
    expect(notes).toEqual([
      'files passed over, which are not logs of CloudTrail: CloudTrail-Digest 1, Config 2, elasticloadbalancing 1',
    ]);
  }
});

test('a README among the logs is named, unless it is excluded', async () => {
  const folder = temporaryFolder();
  writeAll(folder, {
    'a.json': text(record),
    'README.md': '# Evidence',
    'old/b.json': 'no record',
  });
  const places = [folder];
  const { rejects } = await readPlaces(places);
  expect(rejects.map(({ place }) => place)).toEqual(
    ['README.md', 'old/b.json'].map((name) => join(folder, name)),
  );
  const { events, meter } = await readPlaces(places, ['README*', 'old/**']);
  expect([events.length, meter.complete]).toEqual([1, true]);
});

describe('other calls that hand out role credentials', () => {
  const CALLS = [
    ['rolesanywhere', 'CreateSession'],
    ['sso', 'GetRoleCredentials'],
    ['eks-auth', 'AssumeRoleForPodIdentity'],
    ['cognito-identity', 'GetCredentialsForIdentity'],
    ['iot', 'AssumeRoleWithCertificate'],
    ['signin', 'SwitchRole'],
  ] as const;

  test('are told by their names, and none of another service is taken for one', async () => {
    const named = CALLS.map(([service, eventName], n) =>
      assumeRoleRecord({
        eventID: eventIdOf(n),
        eventName,
        eventSource: `${service}.amazonaws.com`,
      }),
    );
    const elsewhere = CALLS.map(([, eventName], n) =>
      assumeRoleRecord({ eventID: eventIdOf(n), eventName, eventSource: 's3.amazonaws.com' }),
    );
    for (const content of [
      text({ Records: [other, ...named, ...elsewhere] }),
      [other, ...named, ...elsewhere].map(text).join('\n'),
      JSON.stringify({ Records: [other, ...elsewhere, ...named] }, null, 2),
    ]) {
      const { events, rejects } = await read(content);
      expect(rejects).toEqual([]);
      expect(events.map(({ eventName }) => eventName)).toEqual(CALLS.map((call) => call.join(':')));
    }
  });
});
