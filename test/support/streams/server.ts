import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { identityXml } from '../aws.js';
import { Refusal } from '../refusal.js';
import { Database, type DatabaseOptions } from './database.js';
import { invalid } from './invalid.js';

/** An error that is answered, or a connection that breaks off without an answer. */
type StreamFault =
  { readonly status: number; readonly type: string; readonly message?: string } | 'drop';

export interface StreamedTableOptions extends DatabaseOptions {
  /** What happens to request number 0, 1, … of an operation; undefined answers it. */
  readonly fault?: (operation: string, number: number, input: unknown) => StreamFault | undefined;
}

/** One request as it came in. */
interface SeenOperation {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  /** Milliseconds of the server's clock. */
  readonly at: number;
}

/** A table with a stream that answers over HTTP on this machine, and what happens to it. */
export interface StreamedTable {
  readonly url: string;
  readonly seen: readonly SeenOperation[];
  /** An INSERT or a MODIFY; what changes nothing leaves no record. */
  put(item: Record<string, AttributeValue>): void;
  /** A MODIFY of some attributes, or an INSERT of what was not there. */
  update(id: string, changes: Record<string, AttributeValue>): void;
  /** A REMOVE of what is there, by a user or by DynamoDB itself. */
  remove(id: string, by?: 'ttl'): void;
  /** Every open shard closes and gets two children. */
  split(): void;
  /** Forgets what is older than a day of the server's clock: records, shards and streams that had ended by then. */
  trim(): void;
  /** Forgets every record there is; the shards stay. */
  trimAll(): void;
  /** Closed shards are not known any more, with their records. */
  forgetClosedShards(): void;
  /** Moves the server's clock on. */
  advance(seconds: number): void;
  /** Turned off, the stream can still be read; turned on again it is another one. */
  setStream(state: 'on' | 'off', view?: string): void;
  /** Another table under the same name: without items, without time to live, with a new stream where one was on. */
  recreate(): void;
  setTimeToLive(state: 'ENABLED' | 'DISABLED'): void;
  close(): void;
}

/** DynamoDB, its streams and STS at one address, with one table whose items have an `id` as their key. */
export async function startStreamedTable(
  options: StreamedTableOptions = {},
): Promise<StreamedTable> {
  const database = new Database(options);
  const operations = operationsOf(database);
  const seen: SeenOperation[] = [];
  const counts = new Map<string, number>();

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('date', new Date(database.now()).toUTCString());
    const body = await textIn(incoming);
    const target = incoming.headers['x-amz-target'];
    if (target === undefined) return answerSts(new URLSearchParams(body), response);
    const operation = String(target).split('.').at(-1)!;
    try {
      const input = JSON.parse(body) as Record<string, unknown>;
      const number = counts.get(operation) ?? 0;
      counts.set(operation, number + 1);
      seen.push({ operation, input, at: database.now() });
      const fault = options.fault?.(operation, number, input);
      if (fault === 'drop') return void incoming.socket.destroy();
      if (fault !== undefined) throw new Refusal(fault.type, fault.message ?? '', fault.status);
      const run = operations[String(target)];
      if (run === undefined) throw new Refusal('UnknownOperationException', String(target));
      send(response, 200, run(input));
    } catch (error) {
      const { name, message, status } =
        error instanceof Refusal ? error : new Refusal('InternalServerError', String(error), 500);
      const __type = name.includes('#') ? name : `com.amazonaws.dynamodb.v20120810#${name}`;
      send(response, status, { __type, message });
    }
  }

  const server = createServer((incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    put: (item) => database.put(item),
    update: (id, changes) => database.update(id, changes),
    remove: (id, by) => database.remove(id, by),
    split: () => database.split(),
    trim: () => database.trim(),
    trimAll: () => database.trimAll(),
    forgetClosedShards: () => database.forgetClosedShards(),
    advance: (seconds) => database.advance(seconds),
    setStream: (state, view) => database.setStream(state, view),
    recreate: () => database.recreate(),
    setTimeToLive: (state) => database.setTimeToLive(state),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Operation = (input: Record<string, unknown>) => unknown;

function operationsOf(database: Database): Readonly<Record<string, Operation>> {
  const refuseQuery = (): never => {
    throw invalid('The table does not have the specified index');
  };
  return {
    'DynamoDB_20120810.DescribeTable': (input) => database.describeTable(input),
    'DynamoDB_20120810.DescribeTimeToLive': (input) => database.describeTimeToLive(input),
    'DynamoDB_20120810.Scan': (input) => database.scan(input),
    'DynamoDB_20120810.Query': refuseQuery,
    'DynamoDB_20120810.GetItem': (input) => database.getItem(input),
    'DynamoDB_20120810.BatchGetItem': (input) => database.batchGetItem(input),
    'DynamoDBStreams_20120810.ListStreams': (input) => database.listStreams(input),
    'DynamoDBStreams_20120810.DescribeStream': (input) => database.describeStream(input),
    'DynamoDBStreams_20120810.GetShardIterator': (input) => database.getShardIterator(input),
    'DynamoDBStreams_20120810.GetRecords': (input) => database.getRecords(input),
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function answerSts(form: URLSearchParams, response: ServerResponse): void {
  const isKnown = form.get('Action') === 'GetCallerIdentity';
  const xml = isKnown
    ? identityXml('arn:aws:iam::111122223333:user/pat')
    : '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code></Error></ErrorResponse>';
  response.writeHead(isKnown ? 200 : 400, { 'content-type': 'text/xml' }).end(xml);
}

async function textIn(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
