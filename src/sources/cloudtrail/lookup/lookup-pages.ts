import {
  type CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { RecordError, SourceError } from '../../../errors.js';
import { parseRoleCall } from '../../../model/role-call/parse-role-call.js';
import type { RoleCall } from '../../../model/role-call/role-call.js';
import type { Source } from '../../../pipeline/pipe.js';
import type { ReadContext } from '../../../pipeline/read-context.js';
import { answerOf } from '../../../aws/answer.js';
import type { RateLimit } from '../../../aws/rate-limit.js';
import { repeatedTokenCheck } from '../../../aws/repeated-token.js';
import { fingerprint, redacted } from '../../redacted.js';
import { recordIn } from './lookup-record.js';
import { Position, type Span } from './time-slice.js';

type AskPage = (span: Span, token: string | undefined) => Promise<LookupEventsCommandOutput>;

const PAGE = 50;
/** Times in a row that a token may expire without one new event before it. */
const MOST_FUTILE_RESTARTS = 3;

/** Every attempt waits for its turn: the pace is kept behind the SDK's retries, not before them. */
export function pages(
  client: CloudTrailClient,
  limit: RateLimit,
  eventName: string,
  region: string,
  signal: AbortSignal,
): AskPage {
  const awsCall = { action: 'cloudtrail:LookupEvents', of: `CloudTrail in ${region}` };
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
    return answerOf(client.send(command, { abortSignal: signal }), awsCall, signal);
  };
}

/** Page after page until an answer has no further token: an empty page is not the end. */
export async function* eventsOf(
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
