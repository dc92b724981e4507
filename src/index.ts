/**
 * The library: sources, transforms and sinks, to be joined with {@link pipe}.
 */
export { type Batch, type Sink, type Source, type Transform, pipe } from './pipeline/pipe.js';
export {
  AuditError,
  ConfigurationError,
  type ErrorFacts,
  ExitCode,
  HungUp,
  Interruption,
  RecordError,
  SinkError,
  SourceError,
  UsageError,
} from './errors.js';

export { type Cell, type Column, sessionColumns } from './model/columns/session-columns.js';
export { Counters, type ReadContext, type Reject } from './pipeline/read-context.js';
export { type RoleCall, parseRoleCall } from './model/role-call/role-call.js';
export { NO_FILTER, type SessionFilter, matches } from './model/session/session-filter.js';
export { type Session, type SessionStatus, placedAt } from './model/session/session.js';
export {
  type Instant,
  compareInstants,
  formatInstant,
  parseInstant,
} from './model/time/instant.js';
export { type Window, parseWindow, within } from './model/time/window.js';

export type { AthenaOptions } from './sources/athena/query.js';
export { type EventsFrom, type OpenedEvents, openEvents } from './sources/open-events.js';
export { type SessionsFrom, openSessions } from './sources/open-sessions.js';

export { filter } from './transforms/filter.js';
export { tap } from './transforms/tap.js';
export { top } from './transforms/top.js';

export { csv } from './sinks/csv.js';
export { json } from './sinks/json.js';
export { ndjson } from './sinks/ndjson.js';
export { table } from './sinks/table.js';
export { type WriteText, writeToFile, writeToStream } from './sinks/write-text.js';

export { main } from './cli.js';
export type { World } from './run/run.js';
