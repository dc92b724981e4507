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
 * The time of AWS, in seconds since 1970, as the last answer of a client said it, and no later than this machine
 * has it: what a service says it has done by then, it has. Whole seconds.
 */
export function serverTime(client: unknown, now: () => number): () => number {
  let told = Infinity;
  let toldAt = 0;
  (client as Listening).middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { headers } = answer.response as { headers?: Readonly<Record<string, string>> };
      const date = Date.parse(headers?.['date'] ?? '');
      if (!Number.isNaN(date)) [told, toldAt] = [date / 1000, now()];
      return answer;
    },
    { step: 'deserialize', name: 'serverTime' },
  );
  return () => Math.floor(Math.min(now(), told + (now() - toldAt)));
}
