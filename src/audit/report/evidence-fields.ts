import type { Span } from '../../model/coverage/span.js';
import type { Caveat } from '../../model/report/caveat.js';
import type { Fields } from '../../model/report/report.js';
import type { SetAside } from '../../model/report/set-aside.js';
import { formatInstant } from '../../model/time/instant.js';
import type { Evidence } from '../evidence.js';

/** The window, as the JSON documents of both audits begin. */
export function windowFields({ window }: Evidence): Fields {
  return { start_time: formatInstant(window.since), end_time: formatInstant(window.until) };
}

/** What the numbers rest on, as the JSON documents of both audits have it. */
export function evidenceFields(
  evidence: Evidence,
  setAside: SetAside,
  caveats: readonly Caveat[],
): Fields {
  const { events, sessions, identity, freshUntil } = evidence;
  return {
    complete: evidence.complete,
    rejected: evidence.rejected,
    regions: events.regions,
    fresh_until: freshUntil && formatInstant(freshUntil),
    identity,
    coverage: {
      sessions: {
        sources: sessions.sources.map(({ name, sessions: rows, withoutIdentity }) => ({
          name,
          sessions: rows,
          without_source_identity: rows === undefined ? undefined : withoutIdentity,
        })),
        spans: sessions.spans.map(spanFields),
      },
      events: {
        accounts: events.accounts,
        regions: events.regions,
        first_day: events.firstDay,
        last_day: events.lastDay,
        files: events.files,
        missing: events.missing,
      },
    },
    excluded: setAside,
    not_judged_by_name:
      setAside.not_judged === undefined
        ? undefined
        : Object.fromEntries([...evidence.notJudged].toSorted(byName)),
    athena: evidence.athena,
    caveats: caveats.map(({ code, count, weight, text }) => ({ code, count, weight, text })),
  };
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}

function spanFields({ from, to }: Span): Fields {
  return { from: secondText(Math.ceil(from)), to: secondText(to) };
}

/** The spans in words. */
export function spansText(spans: readonly Span[]): string {
  const texts = spans.map(spanFields).map(({ from, to }) => `${String(from)} to ${String(to)}`);
  const more = texts.length - MOST_SPANS;
  return texts.slice(0, MOST_SPANS).join(', and ') + (more > 0 ? `, and ${more} more spans` : '');
}

const MOST_SPANS = 5;

/** A second since 1970 as RFC 3339 text. */
function secondText(second: number): string {
  return formatInstant({ seconds: Math.floor(second), nanos: 0 });
}
