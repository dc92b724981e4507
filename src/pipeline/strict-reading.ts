import { Counters, type ReadContext } from './read-context.js';

/**
 * The same context for reading what was read and counted before: nothing is told or counted, and what cannot be
 * understood ends the reading with the error that `failure` makes of it.
 */
export function strictReading(context: ReadContext, failure: (text: string) => Error): ReadContext {
  return {
    ...context,
    meter: new Counters(),
    note: () => {},
    reject: ({ place, reason }) => {
      throw failure(`${place}: ${reason}`);
    },
  };
}
