// Counts the sessions of a file by user, with the library.
import { Counters, NO_FILTER, openSessions, pipe, tap } from 'sentinel-audit';

const [file = 'examples/data/sessions.ndjson'] = process.argv.slice(2);

/** @type {Map<string, number>} */
const counts = new Map();
const reading = {
  meter: new Counters(),
  signal: new AbortController().signal,
  note: console.error,
  detail: () => {},
  /** @param {import('sentinel-audit').Reject} reject */
  reject: ({ place, reason }) => {
    throw new Error(`${place}: ${reason}`);
  },
};
const from = { table: undefined, sessions: [file], segments: undefined, maxRcu: undefined };

await pipe(
  openSessions(from, NO_FILTER, ['user'], process.stdin, reading),
  tap((batch) => {
    for (const { user = '' } of batch) counts.set(user, (counts.get(user) ?? 0) + 1);
  }),
  async (source) => {
    for await (const batch of source) void batch;
  },
);
for (const [user, count] of [...counts].toSorted()) console.log(`${user}\t${count}`);
