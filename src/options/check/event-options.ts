import { UsageError } from '../../errors.js';
import { type Instant, compareInstants, formatInstant } from '../../model/time/instant.js';
import type { JudgedKinds } from '../../sources/carrier.js';
import type { EventsFrom } from '../../sources/open-carrier.js';
import { EVENT_HISTORY_DAYS } from '../../model/time/event-history.js';
import { checkAthena } from './athena-options.js';
import { checkAws, checkRegions, isAtOwnEndpoint } from './aws.js';
import { checkExclude, checkInputPaths } from './input-paths.js';
import type { GivenOptions } from '../read/given-options.js';
import { type OutputOptions, checkOutputOptions } from './output-options.js';
import { checkCache } from './output-paths.js';
import { checkWindow, wholeDaysOf } from './window.js';
import type { Environment } from '../read/settings.js';

/** The options that all commands over role calls have. */
export interface EventOptions extends OutputOptions {
  readonly from: EventsFrom;
  /** Calls that are judged besides the others. */
  readonly kinds: JudgedKinds;
  /** Only calls that assume this role: its ARN, or a pattern of one with `*`. */
  readonly role: string | undefined;
  /** A sentence, when the window had to be cut to the 90 days of CloudTrail's event history. */
  readonly clipped: string | undefined;
  /** CloudTrail has delivered everything before this; undefined when the window ends before. */
  readonly freshUntil: Instant | undefined;
  /** Print the SQL for Athena, and run nothing. */
  readonly explain: boolean;
}

/** CloudTrail's event history, in seconds. */
const HORIZON = EVENT_HISTORY_DAYS * 86_400;
/** How far past the horizon a window may begin without being incomplete. */
const HORIZON_GRACE = 3600;
/** CloudTrail may still deliver events that are younger than this, in seconds. */
const DELIVERY = 15 * 60;

const MOST_THREADS = 64;

const ROLE_CALLS_TO_JUDGE = ['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'];

/** @throws UsageError; nothing has been asked of AWS by then. */
export function checkEvents(given: GivenOptions, env: Environment, now: Instant): EventOptions {
  const output = checkOutputOptions(given, env, 'csv', true);
  const options = { ...checkFrom(given, env, now), ...output };
  return inWholeDays(options, given, now);
}

/** With partitions by day, only whole days are read. @throws UsageError where there is none. */
export function inWholeDays<O extends EventOptions>(
  options: O,
  given: GivenOptions,
  now: Instant,
): O {
  if (options.output.partitionBy === undefined) return options;
  const window = wholeDaysOf(options.from.window, given, now);
  return { ...options, from: { ...options.from, window }, freshUntil: undefined };
}

/** Where events come from, and which. @throws UsageError */
export function checkFrom(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): Omit<EventOptions, keyof OutputOptions> {
  const athena = checkAthena(given);
  const logs = athena === undefined ? checkLogs(given) : undefined;
  const { since, until = now } = checkWindow(given, now);
  const isLookup = athena === undefined && logs === undefined;
  const { from, clipped } = isLookup ? horizon(given, since, until, now) : unclipped(since);
  const youngest = { seconds: now.seconds - DELIVERY, nanos: now.nanos };
  const aws = checkAws(given, env);
  if (isLookup) refuseGiven(given, 'event-accounts', 'log files and of athena');
  if (!isLookup) refuseGiven(given, 'cache', 'lookup');
  if (logs === undefined) refuseGiven(given, 'threads', 'log files');
  const everyRegion = given.text('event-regions') === 'all';
  return {
    from: {
      ...aws,
      athena,
      logs,
      exclude: checkExclude(given),
      eventRegions: everyRegion ? undefined : checkRegions(given, isAtOwnEndpoint(aws)),
      everyRegion,
      eventAccounts: given.value('event-accounts'),
      threads: checkThreads(given),
      cache: checkCache(given),
      eventNames: checkEventNames(given),
      window: { since: from, until },
      now,
    },
    kinds: {
      serviceCalls: given.flag('include-service-calls'),
      failedCalls: given.flag('include-failed-calls'),
    },
    explain: given.flag('explain'),
    role: given.value('role'),
    clipped,
    freshUntil: compareInstants(until, youngest) > 0 ? youngest : undefined,
  };
}

function checkThreads(given: GivenOptions): EventsFrom['threads'] {
  const most = given.number('threads', MOST_THREADS);
  return most === undefined ? undefined : { most, after: 0 };
}

/** An option that events of other origins cannot heed is not ignored in silence. */
function refuseGiven(
  given: GivenOptions,
  name: 'event-accounts' | 'cache' | 'threads',
  origins: string,
): void {
  if (given.precedenceOf(name) !== 0) return;
  throw new UsageError(`--${name}`, `is only for events of ${origins}`);
}

/** Paths of log files; undefined asks CloudTrail. */
function checkLogs(given: GivenOptions): readonly string[] | undefined {
  const paths = given.list('events');
  if (paths.length === 0 || (paths.length === 1 && paths[0] === 'lookup')) return undefined;
  const word = paths.find((path) => path === 'lookup' || path === 'athena');
  if (word !== undefined) {
    const hint = `for a file of that name write ./${word}`;
    throw new UsageError(given.origin('events'), `"${word}" cannot be combined with paths`, hint);
  }
  checkInputPaths(given, 'events');
  return paths;
}

interface Beginning {
  readonly from: Instant;
  readonly clipped?: string | undefined;
}

function unclipped(since: Instant | undefined): Beginning {
  return { from: since ?? { seconds: -62_167_219_200, nanos: 0 } };
}

/** CloudTrail's event history has 90 days. A window that begins earlier is cut, and the run is incomplete. */
function horizon(
  given: GivenOptions,
  since: Instant | undefined,
  until: Instant,
  now: Instant,
): Beginning {
  const first = { seconds: now.seconds - HORIZON, nanos: now.nanos };
  if (compareInstants(until, first) <= 0) {
    throw new UsageError(
      given.origin('until'),
      `the window ends at ${formatInstant(until)}, before the 90 days of CloudTrail's event history`,
      'read the log files of the trail: --events PATH',
    );
  }
  if (since === undefined || compareInstants(since, first) >= 0) return { from: since ?? first };
  const isFar = since.seconds < first.seconds - HORIZON_GRACE;
  const clipped = isFar
    ? `CloudTrail's event history has 90 days: events before ${formatInstant(first)} were not read`
    : undefined;
  return { from: first, clipped };
}

function checkEventNames(given: GivenOptions): readonly string[] {
  const chosen = given.parts('event-name') ?? ['AssumeRole'];
  return chosen.includes('all') ? ROLE_CALLS_TO_JUDGE : chosen;
}
