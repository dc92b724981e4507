import {
  type CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { type ErrorFacts, RecordError, SourceError } from '../../errors.js';
import type { Counters, ReadContext } from '../../pipeline/read-context.js';
import { type RoleCall, parseRoleCall } from '../../model/role-call/role-call.js';
import type { Instant } from '../../model/time/instant.js';
import type { Source } from '../../pipeline/pipe.js';
import { answerOf } from '../aws/answer.js';
import type { Clock } from '../aws/clock.js';
import { forManyListeners } from '../aws/many-listeners.js';
import { repeatedTokenCheck } from '../aws/repeated-token.js';
import { merge } from '../../pipeline/merge.js';
import { RateLimit } from '../aws/rate-limit.js';
import { recordIn } from './lookup-record.js';
import { fingerprint, redacted } from '../redacted.js';
import { Position, type Span, lengthOf, slicesOf } from './time-slice.js';

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

type AskPage = (span: Span, token: string | undefined) => Promise<LookupEventsCommandOutput>;

const PAGE = 50;
/** A little below the two that are permitted: requests do not arrive as evenly as they leave. */
const REQUESTS_PER_SECOND = 1.96;
/** Slices of a region read side by side: with 8, pages may take 4 s and the allowance is still used. */
const SLICES_AT_ONCE = 8;
/** Times in a row that a token may expire without one new event before it. */
const MOST_FUTILE_RESTARTS = 3;

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
  const spans = slicesOf(read.window);
  const [regions, names] = [[...new Set(read.regions)], [...new Set(read.eventNames)]];
  const seconds = spans.reduce((sum, span) => sum + lengthOf(span), 0);
  const progress = progressOf(seconds * regions.length * names.length, context.meter);

  const ofRegion = async function* (
    region: string,
    outer: AbortSignal,
    done: (seconds: number) => void,
  ): Source<RoleCall> {
    context.detail(`looking up ${names.join(', ')} in ${region}, in ${spans.length} slices each`);
    const client = await read.clientFor(region);
    const limit = new RateLimit(REQUESTS_PER_SECOND, read.clock);
    const open = (signal: AbortSignal): Source<RoleCall>[] =>
      names.flatMap((name) => {
        const ask = pages(client, limit, name, region, forManyListeners(signal));
        return spans.map((span) => eventsOf(ask, span, region, context, done));
      });
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

/** Every attempt waits for its turn: the pace is kept behind the SDK's retries, not before them. */
function pages(
  client: CloudTrailClient,
  limit: RateLimit,
  eventName: string,
  region: string,
  signal: AbortSignal,
): AskPage {
  const asked = { action: 'cloudtrail:LookupEvents', of: `CloudTrail in ${region}` };
  return ({ from, to }, token) => {
    const command = new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
      StartTime: new Date(from * 1000),
      EndTime: new Date(to * 1000),
      MaxResults: PAGE,
      NextToken: token,
    });
    command.middlewareStack.add(
      (next) => async (args) => {
        await limit.take(signal);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'pace' },
    );
    return answerOf(client.send(command, { abortSignal: signal }), asked, signal);
  };
}

/** Page after page until an answer has no further token: an empty page is not the end. */
async function* eventsOf(
  ask: AskPage,
  slice: Span,
  region: string,
  { meter, reject }: ReadContext,
  progress: (seconds: number) => void,
): Source<RoleCall> {
  const position = new Position(slice);
  let span = slice;
  let token: string | undefined;
  let futileRestarts = 0;
  let isRepeated = repeatedTokenCheck();
  for (;;) {
    let page: LookupEventsCommandOutput;
    try {
      page = await ask(span, token);
    } catch (error) {
      const isOver = token === undefined || futileRestarts++ === MOST_FUTILE_RESTARTS;
      if (isOver || !isExpiredToken(error)) throw error;
      span = position.restart();
      isRepeated = repeatedTokenCheck();
      token = undefined;
      continue;
    }
    meter.pages++;
    const events = listOf(page, region).filter((event) => position.pass(event ?? {}));
    meter.events += events.length;
    if (events.length > 0) futileRestarts = 0;
    const batch = events.flatMap((event) => parseLookedUp(event, region, reject) ?? []);
    token = page.NextToken || undefined;
    if (token !== undefined && isRepeated(token)) {
      throw new SourceError(
        `CloudTrail in ${region} gave the same NextToken again: it would never end`,
      );
    }
    progress(position.advance(token === undefined));
    if (batch.length > 0) yield batch;
    if (token === undefined) return;
  }
}

/** An answer without a list is no answer: it does not say that there are no events. */
function listOf({ Events: events }: LookupEventsCommandOutput, region: string): (Event | null)[] {
  if (Array.isArray(events)) return events;
  throw new SourceError(`CloudTrail in ${region} answered LookupEvents without a list of events`);
}

function isExpiredToken(error: unknown): boolean {
  const cause = error instanceof SourceError ? error.cause : undefined;
  return cause instanceof Error && cause.name === 'InvalidNextTokenException';
}

/** The role event of the record that came with the event, or undefined once it is rejected. */
function parseLookedUp(
  event: Event | null,
  region: string,
  reject: ReadContext['reject'],
): RoleCall | undefined {
  const { EventId: id = 'without an id', CloudTrailEvent: text } = event ?? {};
  const bad = (reason: string, raw?: unknown): undefined => {
    reject({ kind: 'row', place: `CloudTrail ${region}, event ${id}`, reason, raw });
  };
  let record: unknown;
  try {
    record = recordIn({ ...event, CloudTrailEvent: text });
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return bad(error.message, text && fingerprint(Buffer.from(text)));
  }
  try {
    return parseRoleCall(record) ?? bad('not a role event', redacted(record));
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return bad(error.message, redacted(record));
  }
}
