import type { RoleCall } from '../../../model/role-call/role-call.js';
import type { Source } from '../../../pipeline/pipe.js';
import type { ReadContext } from '../../../pipeline/read-context.js';
import type { CachedTime } from './cache-entry.js';
import type { LookupCache } from './lookup-cache.js';
import { type Span, cutAt, lengthOf, slicesOf } from './time-slice.js';

/** A cache, and the account whose events are looked up. */
export interface AccountCache {
  readonly files: LookupCache;
  readonly account: string;
}

/** Asks for the calls of a slice. `context` takes what could not be understood. */
export type AskSlice = (slice: Span, context: ReadContext) => Source<RoleCall>;

/** Reads the calls of a part of a time. */
export type ReadPart = (ask: AskSlice, context: ReadContext) => Source<RoleCall>;

/** CloudTrail delivers an event within minutes: a slice that ended a day ago does not change, and is kept. */
const SETTLED = 24 * 3600;
/** The longest slice that is kept: what an interruption may cost is a few of them. */
const LONGEST_KEPT = 24 * 3600;

/** The parts of a time without a cache: all slices are asked for. */
export function slicesToAsk(span: Span): ReadPart[] {
  return slicesOf(span).map((slice) => (ask, context) => ask(slice, context));
}

/**
 * The parts of a time with a cache: what it holds is read from there, the rest is asked for, and kept once it is
 * older than a day by the clock of AWS, `now`. A slice of which something could not be understood is asked for
 * again by the next run, which says so again. `progress` takes the seconds that are read from the cache.
 */
export async function slicesWithCache(
  time: Omit<CachedTime, 'account'>,
  { files, account }: AccountCache,
  now: () => number,
  progress: (seconds: number) => void,
  signal: AbortSignal,
): Promise<ReadPart[]> {
  const whole = { ...time, account };
  const { held, gaps } = await files.cover(whole, signal);
  const settled = now() - SETTLED;
  const slices = gaps.flatMap((gap) => {
    const { before, after } = cutAt(gap, settled);
    return [
      ...before.flatMap((one) => slicesOf(one, LONGEST_KEPT)),
      ...after.flatMap((one) => slicesOf(one)),
    ];
  });
  const readHeld = held.map(
    ({ file, part }): ReadPart =>
      async function* (_ask, { meter, signal: stop }) {
        for await (const calls of files.read(file, part, stop)) {
          meter.events += calls.length;
          yield calls;
        }
        progress(lengthOf(part));
      },
  );
  const askAndKeep = slices.map((slice): ReadPart => (ask, context) => {
    let isWhole = true;
    const reject: ReadContext['reject'] = (one) => {
      isWhole = false;
      context.reject(one);
    };
    const isFinal = (): boolean => isWhole && slice.to < now() - SETTLED;
    const tell = (why: string): void => context.note(`the cache takes no more: ${why}`);
    return files.keeping(ask(slice, { ...context, reject }), { ...whole, ...slice }, isFinal, tell);
  });
  return [...readHeld, ...askAndKeep];
}
