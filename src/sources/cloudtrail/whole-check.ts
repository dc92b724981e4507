import { SourceError } from '../../errors.js';
import type { Envelope } from '../../text/json-rows.js';

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
  #isUnfinished = false;
  #hits = 0;
  #promisedHits: number | undefined;

  take({ value, rows }: Envelope): void {
    this.#documents++;
    if (Object.hasOwn(value, 'Records') || Object.hasOwn(value, 'Events')) this.#trails++;
    if (
      ['Events', 'searchedLogStreams', 'QueryResultRows'].some((key) => Object.hasOwn(value, key))
    ) {
      this.#token = value['NextToken'] ?? value['nextToken'] ?? undefined;
    }
    this.#isUnfinished ||= /^(RUNNING|QUEUED|SCHEDULED)$/i.test(
      String(value['QueryStatus'] ?? value['status']),
    );
    const { hits } = value as { hits?: { total?: { value?: unknown } | number } };
    if (typeof hits === 'object' && hits !== null && 'hits' in hits) {
      const total = typeof hits.total === 'object' ? hits.total?.value : hits.total;
      this.#hits += rows;
      if (typeof total === 'number') this.#promisedHits = total;
    }
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
    if (this.#isUnfinished) {
      throw new SourceError(
        'the query had not finished when its results were saved: save them again',
      );
    }
    if (this.#promisedHits !== undefined && this.#promisedHits > this.#hits) {
      throw new SourceError(
        `the search found ${this.#promisedHits} documents, and ${this.#hits} were saved: save all of them`,
      );
    }
  }
}
