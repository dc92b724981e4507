import { type ReadSessions, type SourceReach, spansOf } from '../model/coverage/read-sessions.js';
import {
  type SessionCoverage,
  type SessionSource,
  sessionCoverage,
} from '../model/coverage/session-coverage.js';
import type { SessionFinder } from '../model/session/session-lookup.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import type { Run } from '../run/run.js';
import { openFinder } from '../sources/open-finder.js';

/** The sessions of an audit: how they are found, and for which times all of them are there. */
export interface SessionEvidence {
  readonly finder: SessionFinder;
  /** Of what has been read so far; asked after the finder has answered. */
  readonly covers: SessionCoverage['covers'];
  readonly isUniform: SessionCoverage['isUniform'];
  readonly coverage: () => SessionCoverage;
  /** The profiles of all sessions that were read completely. */
  readonly profiles: () => Iterable<string>;
  readonly dispose: () => Promise<void>;
}

/** Opens the sessions that the options name. Nothing is read before the finder is asked. */
export async function openSessionEvidence(
  { sessions, lookupConcurrency, vouched, maxSession }: AuditOptions,
  { world, context }: Run,
): Promise<SessionEvidence> {
  const { finder, reach, isTableWithoutTtl, dispose } = await openFinder(
    sessions,
    lookupConcurrency,
    world.stdin,
    context,
  );
  let complete: SessionCoverage | undefined;
  const coverage = (): SessionCoverage => {
    const read = finder.coverage();
    const { table, files, guarantees } = reach();
    const sources = [
      ...(table === undefined ? [] : [sourceOf(`table ${sessions.table}`, table, read)]),
      ...(files === undefined ? [] : [sourceOf('session files', files, read)]),
    ];
    if (read === undefined) return sessionCoverage(sources, []);
    const spans = spansOf(read, {
      tableWithoutTtl: isTableWithoutTtl ? table : undefined,
      exportWindows: guarantees.exportWindows,
      archives: guarantees.archives,
      vouched: vouched && { ...vouched, source: files ?? table },
      now: world.now,
    });
    return (complete ??= sessionCoverage(sources, spans, maxSession));
  };
  return {
    finder,
    covers: (second) => coverage().covers(second),
    isUniform: (first, last) => coverage().isUniform(first, last),
    coverage,
    profiles: () => finder.coverage()?.profiles ?? [],
    dispose,
  };
}

function sourceOf(
  name: string,
  { sessions, withoutIdentity }: SourceReach,
  read: ReadSessions | undefined,
): SessionSource {
  return read === undefined
    ? { name, sessions: undefined, withoutIdentity: 0 }
    : { name, sessions, withoutIdentity };
}
