/**
 * The library: sources, transforms and sinks, to be joined with {@link pipe}; the judgement of role calls;
 * and reports as values.
 */
export { type Batch, type Sink, type Source, type Transform, pipe } from './pipeline/pipe.js';
export { fromRows } from './pipeline/from-rows.js';
export { merge } from './pipeline/merge.js';
export { through } from './pipeline/through.js';
export { Counters, type ReadContext, type Reject } from './pipeline/read-context.js';
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
  ValueError,
} from './errors.js';

export { type Cell, type Column, type ColumnKind, column } from './model/columns/column.js';
export { sessionColumns } from './model/columns/session-columns.js';
export { parseRoleCall } from './model/role-call/parse-role-call.js';
export type { RoleCall } from './model/role-call/role-call.js';
export { type ReadIdentity, identityReader } from './model/role-call/source-identity.js';
export { NO_FILTER, type SessionFilter, matches } from './model/session/session-filter.js';
export type { LookupKey, SessionFinder, SessionMatch } from './model/session/session-lookup.js';
export { type Session, type SessionStatus, placedAt } from './model/session/session.js';
export {
  type Instant,
  compareInstants,
  formatInstant,
  parseInstant,
} from './model/time/instant.js';
export { parseTime, parseWhen } from './model/time/when.js';
export { type Window, windowOf, within } from './model/time/window.js';

export { type Claim, type RoleClaims, roleClaims } from './model/attribution/role-claims.js';
export { type Placement, chargedTo, place } from './model/attribution/place.js';
export { type SessionCoverage, sessionCoverage } from './model/coverage/session-coverage.js';
export type { Policy } from './model/policy/policy.js';
export { type Requirement, requirementOf } from './model/policy/requirement.js';
export { type AllowRule, allowing } from './model/verdict/allow-rule.js';
export {
  type AttributedVerdict,
  EVENT_COLUMNS,
  FINDING_COLUMNS,
  VERDICT_COLUMNS,
  isFinding,
} from './model/verdict/attributed-verdict.js';
export { type JudgeRules, type Verdict, judge } from './model/verdict/verdict.js';

export { type Caveat, exitCodeOf } from './model/report/caveat.js';
export { PROFILE_COLUMNS, type ProfileCompliance } from './model/report/profile-compliance.js';
export type { Report } from './model/report/report.js';
export type { Evidence } from './audit/evidence.js';
export { complianceReport } from './audit/report/compliance-report.js';
export { untrackedReport } from './audit/report/untracked-report.js';

export type { AthenaOptions } from './sources/athena/query.js';
export type { CallGroups, Carrier, GroupRow } from './sources/carrier.js';
export { type EventsFrom, openCarrier } from './sources/open-carrier.js';
export { type OpenedFinder, openFinder } from './sources/open-finder.js';
export { type SessionsFrom, openSessions } from './sources/open-sessions.js';

export { aggregate } from './transforms/aggregate.js';
export { filter } from './transforms/filter.js';
export { fullerTwin } from './transforms/fuller-twin.js';
export { join } from './transforms/join.js';
export { type Judge, judgeEach } from './transforms/judge.js';
export { map } from './transforms/map.js';
export { onceById } from './transforms/once-by-id.js';
export { tap } from './transforms/tap.js';
export { top } from './transforms/top.js';

export { csv } from './sinks/csv.js';
export { json } from './sinks/json.js';
export { ndjson } from './sinks/ndjson.js';
export { parquet } from './sinks/parquet.js';
export { writeReport } from './sinks/reports/write-report.js';
export { table } from './sinks/table.js';
export {
  type WritePieces,
  type WriteText,
  writeToFile,
  writeToStream,
} from './sinks/write-text.js';

export { main } from './cli.js';
export type { World } from './run/run.js';
