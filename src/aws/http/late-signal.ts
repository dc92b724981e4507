/** How long what must be answered may take once the run is interrupted. */
const PATIENCE_MS = 1500;

/**
 * Aborted a moment after another signal, with its reason: for a request that is not to be cut off, because the
 * answer counts. Nothing waits for that moment.
 */
export function lateSignal(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const give = (): void => void setTimeout(() => late.abort(signal.reason), PATIENCE_MS).unref();
  if (signal.aborted) give();
  else signal.addEventListener('abort', give, { once: true });
  return late.signal;
}
