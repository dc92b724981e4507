import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { type ErrorFacts, SourceError } from '../../../errors.js';
import type { Counters, ReadContext } from '../../../pipeline/read-context.js';
import type { RoleCall } from '../../../model/role-call/role-call.js';
import type { Instant } from '../../../model/time/instant.js';
import type { Source } from '../../../pipeline/pipe.js';
import type { Clock } from '../../../aws/clock.js';
import { serverTime } from '../../../aws/server-time.js';
import { forManyListeners } from '../../../aws/many-listeners.js';
import { merge } from '../../../pipeline/merge.js';
import { RateLimit } from '../../../aws/rate-limit.js';
import { eventsOf, pages } from './lookup-pages.js';
import { type AccountCache, type AskSlice, slicesToAsk, slicesWithCache } from './kept-slices.js';
import { lengthOf, spanOf } from './time-slice.js';

/** Pages that took 35 s have been seen in busy regions: their first byte may take longer than that of others. */
export const LOOKUP_PATIENCE = { head: 90_000 };

export interface Lookup {
  /** Called once for each region. Whoever made the clients closes them. */
  readonly clientFor: (region: string) => Promise<CloudTrailClient>;
  readonly regions: readonly string[];
  readonly eventNames: readonly string[];
  /** `[since, until)`; what is older than the horizon is not found, and nothing says so. */
  readonly window: { readonly since: Instant; readonly until: Instant };
  /** Keeps the pace; the system's unless given. */
  readonly clock?: Clock;
  /** Where finished slices are kept and read. */
  readonly cache?: AccountCache | undefined;
  /** Takes the regions that refuse to be read; without it, the first of them is an error. */
  readonly unread?: UnreadRegion[];
}

/** A region that was asked and refused, so that its events are not known. */
export interface UnreadRegion {
  readonly region: string;
  /** One line: what was asked and what came back. */
  readonly reason: string;
  readonly facts: ErrorFacts;
}

/** A little below the two that are permitted: requests do not arrive as evenly as they leave. */
const REQUESTS_PER_SECOND = 1.96;
/** Slices of a region read side by side: with 8, pages may take 4 s and the allowance is still used. */
const SLICES_AT_ONCE = 8;

/**
 * The role events of the window out of CloudTrail's event history, a page a batch, each once. The window
 * is cut into time slices: newest first within a slice, slices in no order. Costs a request for each 50
 * events and at least one for each slice, region and name; at most 2 requests a second in a region,
 * retries among them, which is CloudTrail's limit for an account (CloudTrail API reference,
 * LookupEvents: 2 requests a second for each account and region, 50 events a page, 90 days), so 100
 * events a second and region. Holds a page for each slice that is read at the moment, 8 in a region.
 *
 * A region that is denied or disabled is noted in `read.unread`, makes the run incomplete, and leaves the
 * others to be read; where all are, the error of the first is thrown.
 *
 * @throws SourceError when a region cannot be read to its end for any other reason; requests under way are stopped.
 */
export async function* readLookupEvents(read: Lookup, context: ReadContext): Source<RoleCall> {
  const span = spanOf(read.window);
  if (span === undefined) {
    context.meter.share = 1;
    return;
  }
  const [regions, names] = [[...new Set(read.regions)], [...new Set(read.eventNames)]];
  const seconds = lengthOf(span);
  const progress = progressOf(seconds * regions.length * names.length, context.meter);

  const ofRegion = async function* (
    region: string,
    outer: AbortSignal,
    done: (seconds: number) => void,
  ): Source<RoleCall> {
    context.detail(`looking up ${names.join(', ')} in ${region}`);
    const client = await read.clientFor(region);
    const limit = new RateLimit(REQUESTS_PER_SECOND, read.clock);
    const now = serverTime([client], () => Date.now() / 1000);
    const { cache } = read;
    const plans = names.map(async (name) => {
      const parts =
        cache === undefined
          ? slicesToAsk(span)
          : await slicesWithCache({ ...span, region, eventName: name }, cache, now, done, outer);
      return { name, parts };
    });
    const planned = await Promise.all(plans);
    const open = (stop: AbortSignal): Source<RoleCall>[] => {
      const signal = forManyListeners(stop);
      return planned.flatMap(({ name, parts }) => {
        const page = pages(client, limit, name, region, signal);
        const ask: AskSlice = (slice, told) => eventsOf(page, slice, region, told, done);
        return parts.map((part) => part(ask, { ...context, signal }));
      });
    };
    yield* merge(open, SLICES_AT_ONCE, outer);
  };
  const refusals: SourceError[] = [];
  const ifAllowed = async function* (region: string, outer: AbortSignal): Source<RoleCall> {
    let left = seconds * names.length;
    try {
      yield* ofRegion(region, outer, (part) => {
        left -= part;
        progress(part);
      });
    } catch (error) {
      if (read.unread === undefined || !isRefused(error)) throw error;
      refusals.push(error);
      if (refusals.length === regions.length) throw refusals[0];
      noteUnread(region, error, read.unread, context);
      progress(left);
    }
  };
  yield* merge(
    (signal) => regions.map((region) => ifAllowed(region, signal)),
    regions.length,
    context.signal,
  );
}

/** Who may not ask in a region: denied, or the region is not enabled, where AWS knows no keys of the account. */
const REFUSALS =
  /^(?:AccessDenied|NotAuthorized|UnauthorizedOperation|UnrecognizedClient|InvalidClientTokenId|AuthFailure|OptInRequired|SubscriptionRequired)/;

function isRefused(error: unknown): error is SourceError {
  return error instanceof SourceError && REFUSALS.test(error.facts?.code ?? '');
}

function noteUnread(
  region: string,
  error: SourceError,
  unread: UnreadRegion[],
  { meter, note }: ReadContext,
): void {
  unread.push({ region, reason: error.message, facts: error.facts ?? {} });
  meter.unreadRegions++;
  note(`the events of ${region} were not read: ${error.message}`);
}

function progressOf(total: number, meter: Counters): (seconds: number) => void {
  let done = 0;
  meter.share = total === 0 ? 1 : 0;
  return (seconds) => {
    done += seconds;
    meter.share = done / total;
  };
}
