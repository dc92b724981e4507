// A trail for measuring: deterministic, a few of a hundred records role calls, among the others decoys that only
// look like one (SQL text, nested records, escapes). Each role call is of a session of `session-rows.js`.
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { FIRST_SECOND, SECONDS_APART, sessionId } from './session-rows.js';

const ACCOUNT = '111122223333';

/** Numbers below 2^32 that look random and are the same in every run (mulberry32). */
function randomFrom(/** @type {number} */ seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** @typedef {{ random: () => number, second: number, sessions: number }} Moment */

const hex = (/** @type {Moment} */ { random }, /** @type {number} */ words) =>
  Array.from({ length: words }, () => random().toString(16).padStart(8, '0')).join('');

const uuid = (/** @type {Moment} */ at) =>
  hex(at, 4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const text = (/** @type {number} */ second) =>
  `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;

function common(
  /** @type {Moment} */ at,
  /** @type {string} */ service,
  /** @type {string} */ name,
) {
  const { random, second } = at;
  const role = `Service${random() % 40}`;
  const session = `i-0${(random() % 400).toString(16).padStart(16, '0')}`;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE${role.toUpperCase()}:${session}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
      accountId: ACCOUNT,
      accessKeyId: `ASIA${hex(at, 2).toUpperCase()}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: `AROAEXAMPLE${role.toUpperCase()}`,
          arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
          accountId: ACCOUNT,
          userName: role,
        },
        attributes: { creationDate: text(second - 1800), mfaAuthenticated: 'false' },
        ec2RoleDelivery: '2.0',
      },
    },
    eventTime: text(second),
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: 'us-east-1',
    sourceIPAddress: `10.${random() % 8}.${random() % 250}.${random() % 250}`,
    userAgent: `[Boto3/1.34.${random() % 50} md/Botocore#1.34.162 ua/2.0 os/linux#6.1.106-116.188.amzn2023.x86_64 md/arch#x86_64 lang/python#3.12.5 md/pyimpl#CPython cfg/retry-mode#standard exec-env/AWS_ECS_FARGATE Botocore/1.34.162 api/${service}#1.34.162]`,
  };
}

function rest(/** @type {Moment} */ at, isRead = true) {
  return {
    requestID: uuid(at),
    eventID: uuid(at),
    readOnly: isRead,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    vpcEndpointId: `vpce-0${hex(at, 2)}`,
    vpcEndpointAccountId: ACCOUNT,
    sessionCredentialFromConsole: 'false',
    additionalEventData: {
      callerRegion: 'us-east-1',
      deliveredBy: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/organization-trail',
      sharedServicesEndpoint: `vpce-0123456789abcdef0-abcdefgh.api.us-east-1.vpce.amazonaws.com`,
    },
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'api.us-east-1.amazonaws.com',
    },
  };
}

function roleCall(/** @type {Moment} */ at) {
  const { random, second, sessions } = at;
  const n = Math.min(sessions - 1, Math.floor((second - FIRST_SECOND) / SECONDS_APART));
  const role = `arn:aws:iam::${ACCOUNT}:role/profile-${n % 40}`;
  const name = `user${n % 500}`;
  const isTracked = random() % 50 !== 0;
  return {
    ...common(at, 'sts', 'AssumeRole'),
    requestParameters: {
      roleArn: role,
      roleSessionName: name,
      durationSeconds: 3600,
      ...(isTracked && { sourceIdentity: `sentinel-${sessionId(n)}` }),
    },
    responseElements: {
      credentials: {
        accessKeyId: `ASIA${hex(at, 2).toUpperCase()}`,
        sessionToken: Buffer.from(hex(at, 4)).toString('base64').repeat(4),
        expiration: 'Jan 20, 2026, 12:00:00 PM',
      },
      assumedRoleUser: {
        assumedRoleId: `AROAEXAMPLEPROFILE${n % 40}:${name}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/profile-${n % 40}/${name}`,
      },
    },
    resources: [{ ARN: role, accountId: ACCOUNT, type: 'AWS::IAM::Role' }],
    ...rest(at),
  };
}

/** What other services record. */
const OTHERS = [
  (/** @type {Moment} */ at) => ({
    ...common(at, 's3', 'GetObject'),
    requestParameters: {
      bucketName: `data-lake-${at.random() % 20}`,
      Host: `data-lake-${at.random() % 20}.s3.us-east-1.amazonaws.com`,
      key: `year=2026/month=01/part-${at.random() % 100_000}.snappy.parquet`,
    },
    responseElements: null,
    serviceEventDetails: {
      SignatureVersion: 'SigV4',
      CipherSuite: 'TLS_AES_128_GCM_SHA256',
      bytesTransferredIn: 0,
      SSEApplied: 'SSE_KMS',
      AuthenticationMethod: 'AuthHeader',
      'x-amz-id-2': Buffer.from(hex(at, 4)).toString('base64'),
      bytesTransferredOut: at.random() % 1_000_000,
    },
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::data-lake/part-${at.random() % 100_000}` },
      { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::data-lake' },
    ],
    ...rest(at),
  }),
  (/** @type {Moment} */ at) => ({
    ...common(at, 'ec2', 'DescribeInstances'),
    requestParameters: {
      instancesSet: { items: [{ instanceId: `i-0${hex(at, 2)}` }] },
      filterSet: {
        items: [
          { name: 'tag:{"Records":[{"x":1}]}', valueSet: { items: [{ value: 'a"b\\c' }] } },
          { name: 'instance-state-name', valueSet: { items: [{ value: 'running' }] } },
        ],
      },
    },
    responseElements: null,
    ...rest(at),
  }),
  (/** @type {Moment} */ at) => ({
    ...common(at, 'sts', 'GetCallerIdentity'),
    requestParameters: null,
    responseElements: null,
    ...rest(at),
  }),
  (/** @type {Moment} */ at) => ({
    ...common(at, 'dynamodb', 'DescribeTable'),
    requestParameters: { tableName: `orders-${at.random() % 9}` },
    responseElements: null,
    resources: [
      { type: 'AWS::DynamoDB::Table', ARN: `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/orders` },
    ],
    apiVersion: '2012-08-10',
    ...rest(at),
  }),
  (/** @type {Moment} */ at) => ({
    ...common(at, 'logs', 'CreateLogStream'),
    requestParameters: {
      logGroupName: `/aws/lambda/worker-${at.random() % 30}`,
      logStreamName: `2026/01/20/[$LATEST]${hex(at, 4)}`,
    },
    responseElements: null,
    apiVersion: '20140328',
    ...rest(at, false),
  }),
];

/** What only looks like a role call. */
const DECOYS = [
  (/** @type {Moment} */ at) => ({
    ...common(at, 'athena', 'StartQueryExecution'),
    requestParameters: {
      queryString: `SELECT eventid, "requestParameters" FROM trail\nWHERE eventname = 'AssumeRole' AND eventsource = 'sts.amazonaws.com' AND note = '{"eventName":"AssumeRole","eventSource":"sts.amazonaws.com"}' LIMIT ${at.random() % 1000}`,
      clientRequestToken: uuid(at),
    },
    responseElements: { queryExecutionId: uuid(at) },
    ...rest(at, false),
  }),
  (/** @type {Moment} */ at) => ({
    ...common(at, 'kms', 'Decrypt'),
    requestParameters: {
      encryptionContext: {
        'aws:s3:arn': `arn:aws:s3:::data-lake/part-${at.random() % 100_000}`,
        record: { eventName: 'AssumeRole', eventSource: 'sts.amazonaws.com' },
      },
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
    responseElements: null,
    resources: [
      { accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: `arn:aws:kms:us-east-1:${ACCOUNT}:key/k` },
    ],
    ...rest(at),
  }),
];

/**
 * Writes a trail of so many files with so many records each, over the time of so many sessions.
 *
 * @param {string} folder
 * @param {{ files: number, records: number, sessions: number, pretty?: boolean }} size
 * @returns {Promise<{ calls: number, records: number, bytes: number }>} how many role calls, records and bytes (unpacked) there are
 */
export async function writeTrail(folder, { files, records, sessions, pretty = false }) {
  const random = randomFrom(42);
  const span = (sessions * SECONDS_APART) / (files * records);
  let [calls, bytes] = [0, 0];
  for (let file = 0; file < files; file++) {
    const pieces = function* () {
      yield '{"Records":[';
      for (let n = 0; n < records; n++) {
        const second = FIRST_SECOND + Math.floor((file * records + n) * span) + 5;
        const at = { random, second, sessions };
        const kind = random() % 1000;
        if (kind < 43) calls++;
        const others = kind < 63 ? DECOYS : OTHERS;
        const record = kind < 43 ? roleCall(at) : others[random() % others.length]?.(at);
        const piece = `${n === 0 ? '' : ','}${JSON.stringify(record, null, pretty ? 2 : undefined)}`;
        bytes += piece.length;
        yield piece;
      }
      yield ']}';
    };
    const time = text(FIRST_SECOND + Math.floor((file + 1) * records * span));
    const below = join(
      folder,
      'AWSLogs',
      ACCOUNT,
      'CloudTrail/us-east-1',
      ...time.slice(0, 10).split('-'),
    );
    mkdirSync(below, { recursive: true });
    const name = `${ACCOUNT}_CloudTrail_us-east-1_${time.slice(0, 16).replaceAll(/[-:]/g, '')}Z_${String(file).padStart(16, '0')}.json.gz`;
    await pipeline(Readable.from(pieces()), createGzip(), createWriteStream(join(below, name)));
  }
  return { calls, records: files * records, bytes };
}
