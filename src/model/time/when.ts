import { ValueError } from '../../errors.js';
import { parseDuration } from './duration.js';
import { type Instant, parseInstant } from './instant.js';

const FORMS =
  'write a duration such as 7d or 24h, a date such as 2026-01-17, a time such as 2026-01-17T09:00:00Z, now, today, yesterday or "2 days ago"';
const DAY = 86_400;

/**
 * The instant that a person means: a duration back from `now` (`7d`, `2 days ago`), a date or a time as
 * {@link parseTime} reads it, `now`, or `today` and `yesterday`, which begin at midnight UTC.
 *
 * @throws ValueError for any other text, and for an instant before the year 0.
 */
export function parseWhen(text: string, now: Instant): Instant {
  const words = text.trim().toLowerCase();
  const midnight = { seconds: Math.floor(now.seconds / DAY) * DAY, nanos: 0 };
  if (words === 'now') return now;
  if (words === 'today') return midnight;
  if (words === 'yesterday') return { ...midnight, seconds: midnight.seconds - DAY };
  if (/^\d{4}-/.test(words)) return parseTime(text);
  const instant = before(now, backwards(text, words));
  if (instant !== undefined) return instant;
  throw new ValueError(`"${text}" is too long ago`, FORMS);
}

/**
 * The instant of a date (`2026-01-17`: its midnight in UTC) or of an RFC 3339 time, also with a blank in
 * place of `T`, without seconds, and with an offset without a colon.
 *
 * @throws ValueError for any other text, and for a time without a zone.
 */
export function parseTime(text: string): Instant {
  const [, date, minutes = '00:00', seconds = ':00', offset] =
    /^(\d{4}-\d\d-\d\d)(?:(?:T| +)(\d\d:\d\d)(:\d\d(?:\.\d+)?)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?)?$/i.exec(
      text.trim(),
    ) ?? [];
  const hasTime = text.trim().length > 10;
  if (date !== undefined && hasTime && offset === undefined) {
    const utc = `${date}T${minutes}${seconds}Z`;
    throw new ValueError(`"${text}" has no time zone`, `add Z for UTC (${utc}), or an offset`);
  }
  const zone = offset?.replace(/^(z|utc)$/i, 'Z').replace(/^(...)(\d\d)$/, '$1:$2') ?? 'Z';
  const instant = parseInstant(`${date}T${minutes}${seconds}${zone}`);
  if (instant !== undefined) return instant;
  throw new ValueError(`"${text}" is not a valid date or time`, FORMS);
}

const UNIT =
  /^(\d+|an?)\s*(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:(?:ou)?rs?)?|(d)(?:ays?)?|(w)(?:eeks?)?)$/;

/** Nanoseconds back from now. */
function backwards(text: string, words: string): bigint {
  const amount = words.replace(/\s+ago$/, '');
  const short = shortForm(amount);
  if (amount !== words && short !== undefined) return parseDuration(short);
  try {
    return parseDuration(amount === words ? text : amount);
  } catch (error) {
    if (!(error instanceof ValueError) || error.message.endsWith('is negative')) throw error;
    const better = short === undefined ? undefined : `write ${short} or "${words} ago"`;
    const hint = /^\d+$/.test(words) ? error.hint : (better ?? FORMS);
    throw new ValueError(`"${text}" is not a duration or a time`, hint);
  }
}

/** `2d` for `2 days` and for `2 d`; undefined for anything else. */
function shortForm(amount: string): string | undefined {
  const [, number, ...units] = UNIT.exec(amount) ?? [];
  const unit = units.find((each) => each !== undefined);
  return number === undefined ? undefined : `${number.replace(/^an?$/, '1')}${unit}`;
}

/** Undefined when the answer lies before the year 0. */
function before(now: Instant, duration: bigint): Instant | undefined {
  const billion = 1_000_000_000n;
  const nanos = BigInt(now.seconds) * billion + BigInt(now.nanos) - duration;
  const rest = ((nanos % billion) + billion) % billion;
  const seconds = Number((nanos - rest) / billion);
  return seconds < -62_167_219_200 ? undefined : { seconds, nanos: Number(rest) };
}
