import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from './fault.js';

/** Stands before an endpoint of AWS. */
export interface FaultProxy {
  readonly url: string;
  /** Is a request on its way to the endpoint, or its answer on the way back? */
  readonly isBusy: () => boolean;
  /** The faults that came, each with the operation that it came to. */
  readonly seen: readonly string[];
  readonly close: () => void;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
const HTML = '<html><head><title>Service Unavailable</title></head><body>try later</body></html>';

/** Passes requests on to `target`, each with the fault that `next` gives it. */
export async function startFaultProxy(
  target: string,
  next: () => Fault | undefined,
): Promise<FaultProxy> {
  const seen: string[] = [];
  let busy = 0;
  const server = createServer((incoming, response) => {
    busy++;
    void pass(incoming, response)
      .catch(() => incoming.socket.destroy())
      .finally(() => busy--);
  });

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const operation = operationOf(incoming, body);
    const fault = next();
    if (fault !== undefined) seen.push(`${operation}: ${fault}`);
    const refusal = refusalOf(fault, incoming);
    if (refusal !== undefined) return send(response, refusal);
    if (fault === 'dropped before it is asked') return void incoming.socket.destroy();
    if (fault === 'stalled before the answer') return;
    const answer = await ask(target, incoming, body);
    if (fault === 'dropped after it is asked') return void incoming.socket.destroy();
    spoil(answer, fault, body, response);
  }

  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isBusy: () => busy > 0,
    seen,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Sends the answer with the fault in it. */
function spoil(
  answer: Answer,
  fault: Fault | undefined,
  asked: Buffer,
  response: ServerResponse,
): void {
  const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
  const begin = (headers: Answer['headers'], then?: () => void): void =>
    void response.writeHead(answer.status, headers).write(half, then);
  const drop = (): void => void response.destroy();
  if (fault === 'dropped within the answer') begin(answer.headers, drop);
  else if (fault === 'stalled within the answer') begin(answer.headers);
  else if (fault === 'cut, and shorter than it says') {
    begin(lengthOf(answer, answer.body.length), drop);
  } else if (fault === 'cut, and of the length that it says') {
    send(response, { ...answer, body: half, headers: lengthOf(answer, half.length) });
  } else if (fault === 'unprocessed keys') {
    send(
      response,
      changed(answer, (page) => withUnprocessed(page, asked)),
    );
  } else if (fault === 'repeated page token') {
    send(
      response,
      changed(answer, (page) => withToken(page, asked)),
    );
  } else {
    send(response, answer);
  }
}

async function ask(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method, url = '', headers } = incoming;
  const passed = request(target + url, { method, headers, agent: false });
  passed.end(body);
  const [answer] = (await once(passed, 'response')) as [IncomingMessage];
  return { status: answer.statusCode!, headers: answer.headers, body: await bytesOf(answer) };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}

function lengthOf({ headers }: Answer, length: number): Answer['headers'] {
  const { 'transfer-encoding': _, ...others } = headers;
  return { ...others, 'content-length': String(length) };
}

/** An answer of the service itself, or of what stands between, in place of the one that was asked for. */
function refusalOf(fault: Fault | undefined, incoming: IncomingMessage): Answer | undefined {
  const isXml = incoming.headers['x-amz-target'] === undefined;
  const error = (status: number, code: string): Answer => ({
    status,
    headers: isXml ? { 'content-type': 'application/xml' } : JSON_TYPE,
    body: Buffer.from(
      isXml
        ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>injected</Message></Error></ErrorResponse>`
        : JSON.stringify({ __type: `com.amazonaws#${code}`, message: 'injected' }),
    ),
  });
  const isS3 = isXml && incoming.method !== 'POST';
  const refusals: Readonly<Partial<Record<Fault, Answer>>> = {
    throttle: isS3 ? s3Error(503, 'SlowDown') : error(400, 'ThrottlingException'),
    'error 500': isS3 ? s3Error(500, 'InternalError') : error(500, 'InternalServerError'),
    'error 503': isS3 ? s3Error(503, 'ServiceUnavailable') : error(503, 'ServiceUnavailable'),
    'expired token': isS3 ? s3Error(400, 'ExpiredToken') : error(400, 'ExpiredTokenException'),
    'page of HTML': html(503),
    'page of HTML with 200': html(200),
  };
  return fault && refusals[fault];
}

function html(status: number): Answer {
  return { status, headers: { 'content-type': 'text/html' }, body: Buffer.from(HTML) };
}

function s3Error(status: number, code: string): Answer {
  const body = `<Error><Code>${code}</Code><Message>injected</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) };
}

type Page = Record<string, unknown>;

/** The answer with another page in it; as it is where it is no page. */
function changed(answer: Answer, change: (page: Page) => Page | undefined): Answer {
  if (answer.status !== 200 || answer.body[0] !== 0x7b) return answer;
  const page = change(JSON.parse(answer.body.toString()) as Page);
  if (page === undefined) return answer;
  const body = Buffer.from(JSON.stringify(page));
  const { 'x-amz-crc32': _, ...headers } = lengthOf(answer, body.length);
  return { ...answer, headers, body };
}

/** Of BatchGetItem, the last key of each table is left unprocessed, and its item is not there. */
function withUnprocessed(page: Page, body: Buffer): Page | undefined {
  const { Responses: responses } = page as { Responses?: Record<string, { id?: unknown }[]> };
  if (responses === undefined || Array.isArray(responses)) return undefined;
  const { RequestItems: tables } = JSON.parse(body.toString()) as {
    RequestItems: Record<string, { Keys: { id?: unknown }[] }>;
  };
  const [table = '', asked] = Object.entries(tables)[0] ?? [];
  const left = asked?.Keys.at(-1);
  if (left === undefined || (asked?.Keys.length ?? 0) < 2) return undefined;
  const isLeft = ({ id }: { id?: unknown }): boolean =>
    JSON.stringify(id) === JSON.stringify(left.id);
  return {
    ...page,
    Responses: { ...responses, [table]: (responses[table] ?? []).filter((item) => !isLeft(item)) },
    UnprocessedKeys: { [table]: { ...asked, Keys: [left] } },
  };
}

/** The names under which a page is asked for, and says where the next one is. */
const TOKENS: readonly (readonly [asked: string, next: string])[] = [
  ['NextToken', 'NextToken'],
  ['ExclusiveStartKey', 'LastEvaluatedKey'],
  ['ExclusiveStartShardId', 'LastEvaluatedShardId'],
];

/** The next page is the one that was asked for. */
function withToken(page: Page, body: Buffer): Page | undefined {
  const asked = JSON.parse(body.toString()) as Page;
  for (const [name, next] of TOKENS) {
    if (asked[name] !== undefined) return { ...page, [next]: asked[name] };
  }
  return undefined;
}

function operationOf({ headers, method, url = '' }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return String(target).split('.').at(-1)!;
  const action = new URLSearchParams(body.subarray(0, 1000).toString()).get('Action');
  return action ?? `${method} ${url.split('?', 1)[0]}`;
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
