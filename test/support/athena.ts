import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { csvOf, executionOf, metadataOf, resultsOf } from './athena-answers.js';
import { type Engine, createEngine } from './athena-engine.js';
import {
  type AthenaRequest,
  type Fate,
  type Query,
  type WorkGroup,
  advance,
  end,
  isOver,
  namedIn,
  queryOf,
} from './athena-queries.js';
import type { AthenaTable } from './athena-tables.js';
import { Refusal, invalid } from './refusal.js';
import type { FakeS3 } from './s3/server.js';
import { createTrinoEngine } from '../trino/engine.js';

/**
 * What happens to a request; undefined answers it. `drop` does what is asked and loses the answer. `requeue`
 * and a state are of StartQueryExecution or GetQueryExecution: the query is queued once more after it ran,
 * or ends so.
 */
type AthenaFault =
  | 'throttle'
  | '500'
  | 'drop'
  | 'requeue'
  | Fate
  | { readonly slow: number | Promise<unknown> }
  | { readonly error: string; readonly message?: string };

/** One request as it came in. */
interface SeenRequest {
  /** `performance.now()` when it came. */
  readonly at: number;
  readonly operation: string;
  readonly body: AthenaRequest;
  /** `ok`, or the error's type. */
  answer: string | undefined;
}

export interface AthenaOptions {
  /** By name: `primary`, without an output location, unless told. */
  readonly workGroups?: Readonly<Record<string, WorkGroup>>;
  /** The GetQueryExecution that finds a query done: the third unless told; Infinity for none. */
  readonly pollsUntilDone?: number;
  /** Where results appear, as the CSV that Athena writes; nowhere unless told. */
  readonly results?: FakeS3;
  /** What runs the SQL, in place of DuckDB or the Trino of the mode. */
  readonly engine?: Engine;
  /** The fault for request number 0, 1, … */
  readonly faultFor?: (
    number: number,
    operation: string,
    body: AthenaRequest,
  ) => AthenaFault | undefined;
}

export interface Athena {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  readonly queries: readonly Query[];
  /** Ids of the queries that StopQueryExecution was called for. */
  readonly stopped: readonly string[];
  readonly close: () => void;
}

/**
 * Athena over HTTP, with the limits of the real one, on tables by `database.table`; its SQL runs on DuckDB, or on
 * Trino in the mode of that name.
 */
export async function startAthena(
  tables: Readonly<Record<string, AthenaTable>>,
  options: AthenaOptions = {},
): Promise<Athena> {
  const { faultFor, pollsUntilDone = 3, results, workGroups = { primary: {} } } = options;
  const create = process.env['MODE'] === 'trino' ? createTrinoEngine : createEngine;
  const engine = options.engine ?? create(tables);
  const seen: SeenRequest[] = [];
  const queries: Query[] = [];
  const stopped: string[] = [];
  const tokens = new Map<string, { readonly parameters: string; readonly query: Query }>();

  function start({ ClientRequestToken: token, ...request }: AthenaRequest): Query {
    const parameters = JSON.stringify(request);
    const known = token === undefined ? undefined : tokens.get(token);
    if (known !== undefined) {
      if (known.parameters === parameters) return known.query;
      throw invalid('Idempotent parameters do not match');
    }
    if (token !== undefined && (token.length < 32 || token.length > 128)) {
      throw invalid('ClientRequestToken is not of 32 to 128 characters');
    }
    const query = queryOf(randomUUID(), request, workGroups, pollsUntilDone);
    queries.push(query);
    if (token !== undefined) tokens.set(token, { parameters, query });
    return query;
  }

  async function answerTo(
    operation: string,
    request: AthenaRequest,
    fault: AthenaFault | undefined,
  ): Promise<object> {
    switch (operation) {
      case 'StartQueryExecution': {
        const query = start(request);
        doom(query, fault);
        return { QueryExecutionId: query.id };
      }
      case 'GetQueryExecution': {
        const query = namedIn(request, queries);
        doom(query, fault);
        await advance(query, engine, workGroups[query.workGroup]?.cutoff);
        if (results !== undefined && query.outcome !== undefined) {
          const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(query.output) ?? [];
          results.put(bucket, key, csvOf(query.outcome));
        }
        return { QueryExecution: executionOf(query) };
      }
      case 'GetQueryResults':
        return resultsOf(namedIn(request, queries), request);
      case 'StopQueryExecution': {
        const query = namedIn(request, queries);
        stopped.push(query.id);
        if (!isOver(query)) {
          end(query, { state: 'CANCELLED', reason: 'Query cancelled by user' });
        }
        return {};
      }
      case 'GetWorkGroup': {
        const { WorkGroup: name = '' } = request;
        const { cutoff } = workGroups[name] ?? {};
        const Configuration = { BytesScannedCutoffPerQuery: cutoff };
        return { WorkGroup: { Name: name, State: 'ENABLED', Configuration } };
      }
      case 'GetTableMetadata':
        return { TableMetadata: metadataOf(request, tables) };
      default:
        throw new Refusal('UnknownOperationException', `no operation ${operation}`);
    }
  }

  async function take(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const at = performance.now();
    const target = incoming.headers['x-amz-target']?.toString();
    if (target === undefined) return void answer.writeHead(404).end(); // it is no S3
    const operation = target.startsWith('AmazonAthena.') ? target.slice(13) : target;
    const request = JSON.parse(await text(incoming)) as AthenaRequest;
    const entry: SeenRequest = { at, operation, body: request, answer: undefined };
    const fault = faultFor?.(seen.length, operation, request);
    seen.push(entry);
    let body: object;
    let status = 200;
    try {
      if (fault === 'throttle') throw new Refusal('ThrottlingException', 'Rate exceeded');
      if (fault === '500') throw new Refusal('InternalServerException', 'injected', 500);
      if (typeof fault === 'object' && 'error' in fault) {
        throw new Refusal(fault.error, fault.message ?? 'injected');
      }
      if (typeof fault === 'object' && 'slow' in fault) {
        const { slow } = fault;
        await (typeof slow === 'number' ? sleep(slow, undefined, { ref: false }) : slow);
      }
      body = await answerTo(operation, request, fault);
      entry.answer = fault === 'drop' ? 'drop' : 'ok';
      if (fault === 'drop') return void incoming.socket.destroy();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      status = error.status;
      body = { __type: error.name, message: error.message };
      entry.answer = error.name;
    }
    answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    answer.end(JSON.stringify(body));
  }

  const server = createServer((incoming, answer) => {
    void take(incoming, answer).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    queries,
    stopped,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function doom(query: Query, fault: AthenaFault | undefined): void {
  if (fault === 'requeue') query.before.unshift('QUEUED', 'RUNNING');
  if (typeof fault === 'object' && 'state' in fault) query.fate = fault;
}
