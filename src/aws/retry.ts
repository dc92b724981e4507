import { printable } from '../text/terminal-text.js';
import { type Clock, SYSTEM_CLOCK } from './clock.js';
import { factsOf } from './error-facts.js';

/** How an SDK client is told when to try again. The shape is the SDK's `RetryStrategyV2`. */
interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
  readonly firstFailure: number | undefined;
}
interface RetryErrorInfo {
  readonly error?: unknown;
  readonly errorType: 'TRANSIENT' | 'THROTTLING' | 'SERVER_ERROR' | 'CLIENT_ERROR';
  readonly retryAfterHint?: Date;
}

/** How long one request is tried, in milliseconds. */
export const RETRY_BUDGET = 5 * 60_000;
/** The same while nothing has ever answered there: a wrong port or name is not worth minutes. */
const BUDGET_UNANSWERED = 10_000;
const LONGEST_DELAY = 20_000;
/** A request that has waited so long is told of, and then again so often. */
const TELL_AFTER = 30_000;
const TELL_EVERY = 60_000;
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Retries throttling, timeouts, dropped connections and 5xx for five minutes a request, with
 * exponential backoff and full jitter. The SDK's own strategy gives up after less than two seconds of
 * throttling. `onRetry` is told of each retry.
 */
export class PatientRetry {
  #answered = false;
  readonly #onRetry: () => void;
  readonly #waiting: ((text: string) => void) | undefined;
  readonly #clock: Clock;
  #toldAt = -Infinity;

  /** `waiting` is told what keeps a request from being answered, when that has lasted for half a minute. */
  constructor(
    onRetry: () => void,
    {
      waiting,
      clock = SYSTEM_CLOCK,
    }: { waiting?: ((text: string) => void) | undefined; clock?: Clock } = {},
  ) {
    this.#onRetry = onRetry;
    this.#waiting = waiting;
    this.#clock = clock;
  }

  acquireInitialRetryToken(): Promise<RetryToken> {
    return Promise.resolve(token(0, undefined));
  }

  /** Rejects, and so lets the SDK pass the error on, when trying again is pointless. */
  refreshRetryTokenForRetry(last: RetryToken, info: RetryErrorInfo): Promise<RetryToken> {
    const unreachable = UNREACHABLE.has(codeOf(info.error) ?? '');
    if (!unreachable) this.#answered = true;
    const isClient = info.errorType === 'CLIENT_ERROR' || isSkewAgain(info, last);
    if (isClient) return Promise.reject(new Error('not retryable'));
    const now = this.#clock.now();
    const firstFailure = last.firstFailure ?? now;
    const count = last.getRetryCount();
    const base = info.errorType === 'THROTTLING' ? 500 : 100;
    const backoff = Math.random() * Math.min(base * 2 ** count, LONGEST_DELAY);
    const asked =
      info.retryAfterHint === undefined ? 0 : info.retryAfterHint.getTime() - Date.now();
    const delay = Math.max(backoff, Math.min(asked, LONGEST_DELAY));
    const budget = unreachable && !this.#answered ? BUDGET_UNANSWERED : RETRY_BUDGET;
    if (now + delay - firstFailure > budget) return Promise.reject(new Error('out of patience'));
    this.#onRetry();
    this.#tell(info.error, now, now - firstFailure);
    return Promise.resolve(token(count + 1, firstFailure, delay));
  }

  /** Requests side by side meet the same trouble: it is told once a minute, whoever meets it. */
  #tell(error: unknown, now: number, lasting: number): void {
    if (lasting < TELL_AFTER || now - this.#toldAt < TELL_EVERY) return;
    this.#toldAt = now;
    const seconds = Math.round(lasting / 1000);
    this.#waiting?.(`still trying after ${seconds} s: ${printable(factsOf(error).text)}`);
  }

  recordSuccess(): void {
    this.#answered = true;
  }
}

/**
 * The SDK calls each refusal transient where this machine's clock is minutes off, because signing by the right time
 * may help: once is enough.
 */
function isSkewAgain({ error, errorType }: RetryErrorInfo, last: RetryToken): boolean {
  const { clockSkewCorrected, httpStatusCode = 0 } = metadataOf(error);
  const isRefusal = httpStatusCode >= 400 && httpStatusCode < 500;
  return (
    errorType === 'TRANSIENT' &&
    clockSkewCorrected === true &&
    isRefusal &&
    last.getRetryCount() > 0
  );
}

function metadataOf(error: unknown): { clockSkewCorrected?: boolean; httpStatusCode?: number } {
  const { $metadata = {} } = (error ?? {}) as { $metadata?: ReturnType<typeof metadataOf> };
  return $metadata;
}

function token(count: number, firstFailure: number | undefined, delay = 0): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => delay, firstFailure };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
