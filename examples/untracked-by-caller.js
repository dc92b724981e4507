// The library: role calls out of log files, joined with sessions, those without one counted by caller.
import {
  Counters,
  aggregate,
  column,
  filter,
  identityReader,
  isFinding,
  judgeEach,
  map,
  openCarrier,
  openFinder,
  parseInstant,
  pipe,
  table,
  top,
  writeToStream,
} from 'sentinel-audit';

const [logs = 'examples/data/AWSLogs', sessions = 'examples/data/sessions.ndjson'] =
  process.argv.slice(2);
const { signal } = new AbortController();
const context = {
  meter: new Counters(),
  signal,
  note: console.error,
  detail: () => {},
  /** @param {import('sentinel-audit').Reject} reject */
  reject: ({ place, reason }) => {
    throw new Error(`${place}: ${reason}`);
  },
};
/** @param {string} text */
const time = (text) => /** @type {import('sentinel-audit').Instant} */ (parseInstant(text));

const carrier = await openCarrier(
  {
    logs: [logs],
    eventRegions: undefined,
    eventNames: ['AssumeRole'],
    window: { since: time('2026-01-17T00:00:00Z'), until: time('2026-01-24T00:00:00Z') },
  },
  process.stdin,
  context,
);
const from = { table: undefined, sessions: [sessions], segments: undefined, maxRcu: undefined };
const { finder } = await openFinder(from, 8, process.stdin, context);
const rules = {
  readIdentity: identityReader(),
  isBroker: undefined,
  isOtherRole: () => false,
};

/** @typedef {{ caller: string, calls: number }} CallsOfCaller */
await pipe(
  carrier.calls(),
  judgeEach({ finder, rules, covers: () => true }),
  filter(isFinding),
  map(({ call }) => ({ caller: call.callerArn ?? call.principalId ?? 'unknown', calls: 1 })),
  aggregate(
    ({ caller }) => caller,
    (a, b) => ({ ...a, calls: a.calls + b.calls }),
  ),
  top(10, (a, b) => b.calls - a.calls || (a.caller < b.caller ? -1 : 1)),
  table(
    [
      column('caller', 'Caller', 60, (/** @type {CallsOfCaller} */ { caller }) => caller),
      column('calls', 'Calls', 6, ({ calls }) => calls),
    ],
    writeToStream(process.stdout, signal),
    { color: false, empty: 'No untracked call.' },
  ),
);
await carrier.dispose();
