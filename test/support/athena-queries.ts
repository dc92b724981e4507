import type { Engine, Outcome } from './athena-engine.js';
import { bind } from './athena-parameters.js';
import { invalid } from './refusal.js';
import { checkTrino } from './trino.js';

/** A request's body, as far as the endpoint looks into it. */
export interface AthenaRequest {
  readonly QueryString?: string;
  readonly ClientRequestToken?: string;
  readonly ExecutionParameters?: readonly string[];
  readonly WorkGroup?: string;
  readonly QueryExecutionContext?: { readonly Database?: string; readonly Catalog?: string };
  readonly ResultConfiguration?: { readonly OutputLocation?: string };
  readonly QueryExecutionId?: string;
  readonly NextToken?: string;
  readonly MaxResults?: number;
  readonly CatalogName?: string;
  readonly DatabaseName?: string;
  readonly TableName?: string;
}

export interface WorkGroup {
  readonly output?: string;
  /** The workgroup's output location is taken whatever the client says. */
  readonly enforced?: boolean;
  /** A query that scans more bytes is cancelled. */
  readonly cutoff?: number;
}

type QueryState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** How a query is made to end. */
export interface Fate {
  readonly state: 'FAILED' | 'CANCELLED';
  readonly reason: string;
  readonly retryable?: boolean;
}

export interface Query {
  readonly id: string;
  readonly sql: string;
  readonly parameters: readonly string[];
  readonly database: string | undefined;
  readonly workGroup: string;
  readonly output: string;
  state: QueryState;
  /** Why it ended as it did. */
  reason: string | undefined;
  retryable: boolean;
  bytesScanned: number;
  /** The states that polls will see before the query is done. */
  before: QueryState[];
  /** Polls to come that will see it running, after those. */
  running: number;
  fate: Fate | undefined;
  outcome: Outcome | undefined;
}

const ENDS: ReadonlySet<QueryState> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

/** A query that a request asks for, if Athena takes it. */
export function queryOf(
  id: string,
  request: AthenaRequest,
  workGroups: Readonly<Record<string, WorkGroup>>,
  pollsUntilDone: number,
): Query {
  const {
    QueryString: sql = '',
    ExecutionParameters: parameters,
    WorkGroup: name = 'primary',
  } = request;
  const bytes = Buffer.byteLength(sql);
  if (bytes < 1 || bytes > 262_144) throw invalid('QueryString is not of 1 to 262144 bytes');
  if (parameters?.length === 0) throw invalid('ExecutionParameters has fewer than 1 member');
  bind(sql, parameters ?? []); // or it throws
  const group = workGroups[name];
  if (group === undefined) throw invalid(`WorkGroup ${name} is not found.`);
  const asked = request.ResultConfiguration?.OutputLocation;
  const output = group.enforced === true ? group.output : (asked ?? group.output);
  if (output === undefined) {
    throw invalid(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  }
  return {
    id,
    sql,
    parameters: parameters ?? [],
    database: request.QueryExecutionContext?.Database,
    workGroup: name,
    output: `${output.replace(/\/?$/, '/')}${id}.csv`,
    state: 'QUEUED',
    reason: undefined,
    retryable: false,
    bytesScanned: 0,
    before: pollsUntilDone > 1 ? ['QUEUED'] : [],
    running: Math.max(pollsUntilDone - 2, 0),
    fate: undefined,
    outcome: undefined,
  };
}

/** Takes a query to the state that this poll sees; it runs at the last. */
export async function advance(query: Query, engine: Engine, cutoff = Infinity): Promise<void> {
  if (isOver(query)) return;
  const next = query.before.shift() ?? (query.running-- > 0 ? 'RUNNING' : undefined);
  if (next !== undefined) {
    query.state = next;
    return;
  }
  const outcome = query.fate ?? (await run(query, engine));
  if (isOver(query)) return; // cancelled in the meantime
  if ('state' in outcome) return end(query, outcome);
  query.bytesScanned = outcome.bytesScanned;
  if (outcome.bytesScanned > cutoff) {
    return end(query, { state: 'CANCELLED', reason: 'Bytes scanned limit was exceeded' });
  }
  query.outcome = outcome;
  query.state = 'SUCCEEDED';
}

export function isOver({ state }: Pick<Query, 'state'>): boolean {
  return ENDS.has(state);
}

export function end(query: Query, { state, reason, retryable = false }: Fate): void {
  Object.assign(query, { state, reason, retryable });
}

async function run({ sql, parameters, database }: Query, engine: Engine): Promise<Outcome | Fate> {
  const errors = checkTrino(sql);
  if (errors.length > 0) return { state: 'FAILED', reason: errors.join('\n') };
  try {
    return await engine(sql, parameters, database);
  } catch (error) {
    return { state: 'FAILED', reason: (error as Error).message };
  }
}

/** The query that a request names. */
export function namedIn(request: AthenaRequest, queries: readonly Query[]): Query {
  const found = queries.find(({ id }) => id === request.QueryExecutionId);
  if (found === undefined)
    throw invalid(`QueryExecution ${request.QueryExecutionId} was not found`);
  return found;
}
