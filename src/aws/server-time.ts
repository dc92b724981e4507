/** The parts of a client that are needed to see its answers. */
interface Listening {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: never) => Promise<{ response: unknown }>,
      ) => (args: never) => Promise<{ response: unknown }>,
      options: { step: 'deserialize'; name: string },
    ): void;
  };
}

/**
 * The time of AWS in whole seconds since 1970, as the last answer of some clients said it; of this machine while none
 * has. This machine's clock may be wrong by hours, and its monotonic one stops while it sleeps.
 */
export function serverTime(clients: readonly unknown[], now: () => number): () => number {
  let told: { readonly date: number; readonly at: number } | undefined;
  for (const client of clients) {
    (client as Listening).middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { headers } = answer.response as { headers?: Readonly<Record<string, string>> };
        const date = Date.parse(headers?.['date'] ?? '');
        if (!Number.isNaN(date)) told = { date: date / 1000, at: now() };
        return answer;
      },
      { step: 'deserialize', name: 'serverTime' },
    );
  }
  return () => Math.floor(told === undefined ? now() : told.date + (now() - told.at));
}
