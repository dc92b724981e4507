import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { idOf } from './sessions.js';

/** A CloudTrail record as a trail writes it. */
export type TrailRecord = Readonly<Record<string, unknown>>;

/**
 * What happens to a request; undefined answers it. The two of tokens do nothing to a request without one; a
 * body is sent in place of the page.
 */
type TrailFault =
  | 'throttle'
  | '500'
  | 'drop'
  | 'expire-token'
  | 'empty-page-with-token'
  | { readonly slow: number }
  | { readonly error: string }
  | { readonly body: string };

interface Attribute {
  readonly AttributeKey: string;
  readonly AttributeValue: string;
}

interface LookupRequest {
  readonly LookupAttributes?: readonly Attribute[];
  /** Epoch seconds. */
  readonly StartTime?: number;
  readonly EndTime?: number;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** One request as it came in. */
interface SeenLookup {
  /** `performance.now()` when it came, and when its answer went. */
  readonly at: number;
  answeredAt: number | undefined;
  readonly region: string;
  readonly parameters: LookupRequest;
  /** `page`, or the error's type. */
  answer: string | undefined;
}

export interface TrailOptions {
  /** Events of a page at the most, whatever is asked for: 50 unless told. */
  readonly pageSize?: number;
  /** The fault for request number 0, 1, … */
  readonly faultFor?: (
    number: number,
    parameters: LookupRequest,
    region: string,
  ) => TrailFault | undefined;
  /** Requests that a region takes in a second: 2 as CloudTrail does, unless told. */
  readonly perSecond?: number;
  /** Epoch seconds; nothing older than 90 days before it is found. */
  readonly now?: number;
  /** The text in `CloudTrailEvent`; undefined leaves the field out. */
  readonly textOf?: (record: TrailRecord) => string | undefined;
}

export interface CloudTrail {
  readonly url: string;
  readonly seen: SeenLookup[];
  readonly close: () => void;
}

/** Milliseconds by which requests may come closer than they were sent. */
const TOLERANCE = 20;
const HORIZON = 90 * 86_400;
const KEYS =
  'EventId EventName ReadOnly Username ResourceType ResourceName EventSource AccessKeyId';

class Refusal extends Error {
  readonly status: number;
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** CloudTrail's LookupEvents over HTTP, with the limits of the real one, on records by region. */
export async function startCloudTrail(
  records: Readonly<Record<string, readonly TrailRecord[]>>,
  options: TrailOptions = {},
): Promise<CloudTrail> {
  const { faultFor, pageSize = 50, perSecond = 2, now = Date.now() / 1000 } = options;
  const seen: SeenLookup[] = [];
  const taken = new Map<string, number[]>();
  const tokens = new Map<string, { readonly parameters: string; readonly from: number }>();
  let number = 0;

  const history = new Map(
    Object.entries(records).map(([region, all]) => [
      region,
      all
        .map((record) => toLookedUp(record, options.textOf))
        .toSorted((a, b) => b.EventTime - a.EventTime),
    ]),
  );

  function obeyLimit(region: string, at: number): void {
    const recent = (taken.get(region) ?? []).filter((time) => time > at - 1000 + TOLERANCE);
    if (recent.length >= perSecond) throw new Refusal('ThrottlingException', 'Rate exceeded');
    taken.set(region, [...recent, at]);
  }

  function page(region: string, request: LookupRequest, fault: TrailFault | undefined): unknown {
    const { NextToken: token, ...rest } = request;
    const parameters = JSON.stringify([region, rest]);
    const attribute = check(request);
    const place = token === undefined ? { parameters, from: 0 } : tokens.get(token);
    const isExpired = fault === 'expire-token' && token !== undefined;
    if (isExpired || place?.parameters !== parameters) {
      throw new Refusal('InvalidNextTokenException', 'Invalid token');
    }
    const { StartTime: from = 0, EndTime: to = now, MaxResults: asked = 50 } = request;
    const found = (history.get(region) ?? []).filter(
      (event) =>
        event.EventTime >= Math.max(from, now - HORIZON) &&
        event.EventTime <= to &&
        isUnder(event, attribute),
    );
    const isEmpty = fault === 'empty-page-with-token' && token !== undefined;
    const end = place.from + (isEmpty ? 0 : Math.min(pageSize, asked));
    const next = `token-${tokens.size}`;
    if (end < found.length) tokens.set(next, { parameters, from: end });
    return {
      Events: found.slice(place.from, end),
      ...(end < found.length && { NextToken: next }),
    };
  }

  async function lookUp(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const at = performance.now();
    const region = regionOf(incoming);
    const parameters = JSON.parse(await textIn(incoming)) as LookupRequest;
    const entry: SeenLookup = { at, answeredAt: undefined, region, parameters, answer: undefined };
    seen.push(entry);
    const fault = faultFor?.(number++, parameters, region);
    let body: string;
    let status = 200;
    try {
      if (!String(incoming.headers['x-amz-target']).endsWith('.LookupEvents')) {
        throw new Refusal('UnknownOperationException', 'no such operation');
      }
      obeyLimit(region, at);
      if (typeof fault === 'object' && 'slow' in fault)
        await sleep(fault.slow, undefined, { ref: false });
      if (typeof fault === 'object' && 'error' in fault) throw new Refusal(fault.error, 'injected');
      if (fault === 'drop') return void incoming.socket.destroy();
      if (fault === 'throttle') throw new Refusal('ThrottlingException', 'Rate exceeded');
      if (fault === '500') throw new Refusal('InternalFailure', 'injected', 500);
      const isGiven = typeof fault === 'object' && 'body' in fault;
      body = isGiven ? fault.body : JSON.stringify(page(region, parameters, fault));
      entry.answer = 'page';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      status = error.status;
      body = JSON.stringify({ __type: error.name, message: error.message });
      entry.answer = error.name;
    }
    entry.answeredAt = performance.now();
    answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    answer.end(body);
  }

  const server = createServer((incoming, answer) => {
    void lookUp(incoming, answer).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The one lookup attribute of a request that CloudTrail would take. */
function check(request: LookupRequest): Attribute {
  const { LookupAttributes: attributes = [], MaxResults: most = 50, StartTime, EndTime } = request;
  const [attribute] = attributes;
  if (most < 1 || most > 50) throw new Refusal('InvalidMaxResultsException', 'not 1 to 50');
  if (attribute === undefined || attributes.length > 1) {
    throw new Refusal('InvalidLookupAttributesException', 'exactly one attribute is accepted');
  }
  if (!KEYS.split(' ').includes(attribute.AttributeKey)) {
    throw new Refusal('InvalidLookupAttributesException', 'unknown attribute key');
  }
  if ((StartTime ?? 0) > (EndTime ?? Infinity)) {
    throw new Refusal('InvalidTimeRangeException', 'StartTime is after EndTime');
  }
  return attribute;
}

type LookedUp = Readonly<Record<string, unknown>> & { readonly EventTime: number };

function toLookedUp(record: TrailRecord, textOf: TrailOptions['textOf']): LookedUp {
  const { accessKeyId, principalId } = (record['userIdentity'] ?? {}) as Record<string, string>;
  const resources = (record['resources'] ?? []) as { type?: string; ARN?: string }[];
  return {
    EventId: record['eventID'],
    EventName: record['eventName'],
    ReadOnly: String(record['readOnly']),
    EventTime: Date.parse(String(record['eventTime'])) / 1000,
    EventSource: record['eventSource'],
    AccessKeyId: accessKeyId, // left out by JSON where there is none
    Username: principalId?.split(':').at(-1),
    Resources: resources.map(({ type, ARN }) => ({ ResourceType: type, ResourceName: ARN })),
    CloudTrailEvent: textOf === undefined ? JSON.stringify(record) : textOf(record),
  };
}

function isUnder(
  event: LookedUp,
  { AttributeKey: key, AttributeValue: value }: Attribute,
): boolean {
  const resources = event['Resources'] as readonly Readonly<Record<string, unknown>>[];
  return event[key] === value || resources.some((resource) => resource[key] === value);
}

/** The region in the credential scope: `Credential=AKID/20260120/eu-west-1/cloudtrail/aws4_request`. */
function regionOf(incoming: IncomingMessage): string {
  const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(incoming.headers.authorization ?? '');
  return scope?.[1] ?? 'unsigned';
}

async function textIn(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Prod`;
const BROKER = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLEBROKER:i-0abc',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Broker/i-0abc`,
  accountId: ACCOUNT,
  accessKeyId: 'ASIAEXAMPLECALLER',
  sessionContext: {
    sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/Broker`, userName: 'Broker' },
  },
};

/** A successful AssumeRole as CloudTrail records it; its session token is `HIDDEN`. */
export function assumeRoleRecord(overrides: TrailRecord = {}): TrailRecord {
  return {
    eventVersion: '1.11',
    userIdentity: BROKER,
    eventTime: '2026-01-17T00:00:00Z',
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'us-east-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-sdk-go-v2/1.30.0',
    requestParameters: { roleArn: ROLE, roleSessionName: 'sentinel-alice', durationSeconds: 900 },
    responseElements: {
      credentials: {
        accessKeyId: 'ASIAEXAMPLEISSUED',
        sessionToken: 'HIDDEN',
        expiration: 'Jan 17, 2026, 12:15:00 AM',
      },
      assumedRoleUser: {
        assumedRoleId: 'AROAEXAMPLEPROD:sentinel-alice',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Prod/sentinel-alice`,
      },
    },
    requestID: '7d2f6a50-3a9d-4b52-9d3e-0a2f3b4c5d6e',
    eventID: eventIdOf(0),
    readOnly: true,
    resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: ROLE }],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...overrides,
  };
}

/**
 * Records a minute apart, from 2026-01-17 on; number `n` carries the identity of session number `n`.
 * Of ten, one each is without identity, of a service, failed, a second hop, and of a web identity.
 */
export function* trailRecords(count: number): Generator<TrailRecord> {
  for (let n = 0; n < count; n++) {
    const identity = `sentinel-${idOf(n)}`;
    const base = assumeRoleRecord({
      eventID: eventIdOf(n),
      eventTime: new Date(Date.UTC(2026, 0, 17) + n * 60_000).toISOString().replace('.000', ''),
      requestParameters: {
        roleArn: ROLE,
        roleSessionName: `sentinel-${n}`,
        ...(n % 10 !== 5 && { sourceIdentity: identity }),
        tags: [{ key: 'SentinelSessionID', value: idOf(n) }],
      },
    });
    yield { ...base, ...VARIATIONS[n % 10]?.(identity, base) };
  }
}

const VARIATIONS: Readonly<Record<number, (identity: string, base: TrailRecord) => TrailRecord>> = {
  6: () => ({
    userIdentity: { type: 'AWSService', invokedBy: 'rds.amazonaws.com' },
    sourceIPAddress: 'rds.amazonaws.com',
    userAgent: 'rds.amazonaws.com',
    requestParameters: { roleArn: ROLE, roleSessionName: 'rds' },
  }),
  7: () => ({
    errorCode: 'AccessDenied',
    errorMessage: `User: ${BROKER.arn} is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
    requestParameters: null,
    responseElements: null,
    resources: undefined,
  }),
  // The identity of a second hop is inherited: it was not asked for, and is in the answer.
  8: (sourceIdentity, { requestParameters, responseElements }) => ({
    userIdentity: { ...BROKER, sessionContext: { ...BROKER.sessionContext, sourceIdentity } },
    requestParameters: { ...(requestParameters as object), sourceIdentity: undefined },
    responseElements: { ...(responseElements as object), sourceIdentity },
  }),
  9: () => ({
    eventName: 'AssumeRoleWithWebIdentity',
    userIdentity: { type: 'WebIdentityUser', principalId: 'accounts.example.com:app:alice' },
  }),
};

/** The event id number `n`. */
export function eventIdOf(n: number): string {
  const hex = idOf(n);
  const last = n.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13)}-8000-${last}`;
}
