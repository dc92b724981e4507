/** A span of time for which all sessions are known to be there, in seconds since 1970, also parts of one: `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /**
   * A second of the span at which every session that was alive was read too, as an archive begins. From
   * there on each call is covered; elsewhere only those that are a session's longest life after `from`.
   */
  readonly completeReadAt?: number | undefined;
}

/** The spans with those joined that touch or overlap, in the order of time. */
export function joinSpans(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of spans
    .filter(({ from, to }) => from < to)
    .toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || span.from > last.to) joined.push(span);
    else joined[joined.length - 1] = joinOf(last, span);
  }
  return joined;
}

function joinOf(a: Span, b: Span): Span {
  const reads = [a.completeReadAt, b.completeReadAt].filter((at) => at !== undefined);
  return {
    from: a.from,
    to: Math.max(a.to, b.to),
    completeReadAt: reads.length === 0 ? undefined : Math.min(...reads),
  };
}

/** The time of which a span holds all sessions that can stand behind a call; empty where `from` is not before `to`. */
export function coveredBy(
  { from, to, completeReadAt = Infinity }: Span,
  longestSession: number,
): { readonly from: number; readonly to: number } {
  return { from: Math.min(completeReadAt, from + longestSession), to };
}
