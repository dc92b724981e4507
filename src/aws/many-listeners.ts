import { setMaxListeners } from 'node:events';

/** The same signal, to which any number of requests may listen without a warning of Node. */
export function forManyListeners(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}
