import { SourceError } from '../../errors.js';
import { grouped } from '../../text/quantity.js';
import type { Envelope } from '../../text/json/json-rows.js';

/**
 * Does a file hold all of what was asked for when it was saved? Answers come in pages, one after another, and
 * the last one's token tells.
 */
export class WholeCheck {
  /** How many rows have come. */
  rows = 0;
  #documents = 0;
  #trails = 0;
  #token: unknown;
  #status: string | undefined;
  #found = 0;
  #promised: number | undefined;

  take({ value, rows }: Envelope): void {
    this.#documents++;
    if (Object.hasOwn(value, 'Records') || Object.hasOwn(value, 'Events')) this.#trails++;
    if (
      ['Events', 'searchedLogStreams', 'QueryResultRows'].some((key) => Object.hasOwn(value, key))
    ) {
      this.#token = value['NextToken'] ?? value['nextToken'] ?? undefined;
    }
    const status = value['QueryStatus'] ?? value['status'];
    if (typeof status === 'string' && NOT_WHOLE.test(status)) this.#status = status;
    if ('hits' in value || 'QueryResultRows' in value) this.#found += rows;
    this.#promised = hitsOf(value) ?? lakeRowsOf(value) ?? this.#promised;
  }

  /** Is it of a kind that says by its form that there were no records? */
  get isEmptyTrail(): boolean {
    return this.rows === 0 && (this.#documents === 0 || this.#trails > 0);
  }

  /** @throws SourceError when records were left out: findings would vanish. */
  check(): void {
    if (this.#token !== undefined) {
      throw new SourceError(
        'these events were saved in part, for the last page has a token: save the pages after it too, without --max-items',
      );
    }
    if (this.#status !== undefined) {
      throw new SourceError(
        `the query had not finished, or failed, when its results were saved (${this.#status}): save those of one that is complete`,
      );
    }
    if (this.#promised !== undefined && this.#promised > this.#found) {
      throw new SourceError(
        `the search found ${grouped(this.#promised)} documents, and ${grouped(this.#found)} were saved: save all of them`,
      );
    }
  }
}

/** What the status of a query is before it ends, or when it ends without all of its rows (CloudWatch Logs, CloudTrail Lake). */
const NOT_WHOLE = /^(RUNNING|QUEUED|SCHEDULED|FAILED|CANCELLED|TIMEOUT|TIMED_OUT|UNKNOWN)$/i;

/** How many documents a search of Elasticsearch found. */
function hitsOf(value: Readonly<Record<string, unknown>>): number | undefined {
  const { hits } = value as { hits?: { total?: { value?: unknown } | number } | null };
  const total = typeof hits?.total === 'object' ? hits.total?.value : hits?.total;
  return typeof total === 'number' ? total : undefined;
}

/** How many rows a query of CloudTrail Lake has in all. */
function lakeRowsOf(value: Readonly<Record<string, unknown>>): number | undefined {
  const { QueryStatistics: statistics } = value as {
    QueryStatistics?: { TotalResultsCount?: unknown };
  };
  const total = statistics?.TotalResultsCount;
  return typeof total === 'number' ? total : undefined;
}
