/** With whom a request was exchanged. */
export interface Exchange {
  /** Host and port, as they stand in the URL. */
  readonly host: string;
  /** Host and port of the proxy between. */
  readonly proxy: string | undefined;
}

const exchanges = new WeakMap<object, Exchange>();

/** Remembers with whom an answer, or the error in its place, was exchanged. */
export function noteExchange(outcome: unknown, exchange: Exchange): void {
  if (typeof outcome === 'object' && outcome !== null) exchanges.set(outcome, exchange);
}

/** With whom it was exchanged; undefined for what never was a request. */
export function exchangeOf(outcome: unknown): Exchange | undefined {
  return typeof outcome === 'object' && outcome !== null ? exchanges.get(outcome) : undefined;
}
