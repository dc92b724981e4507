import { UsageError } from '../../errors.js';
import { EVENT_COLUMNS } from '../../model/verdict/attributed-verdict.js';
import { type Instant, compareInstants, formatInstant } from '../../model/time/instant.js';
import type { EventsFrom } from '../../sources/open-events.js';
import { EVENT_HISTORY_DAYS } from '../../model/time/event-history.js';
import { checkAthena } from './athena-options.js';
import type { GivenOptions } from '../read/given-options.js';
import { type OutputOptions, checkOutputOptions } from './output-options.js';
import {
  checkAws,
  checkExclude,
  checkPaths,
  checkRegions,
  checkWindow,
} from './session-options.js';
import type { Environment } from '../read/settings.js';

/** Everything that the commands over role events share. */
export interface EventOptions extends OutputOptions {
  readonly from: EventsFrom;
  /** Only events in which this role is assumed. */
  readonly role: string | undefined;
  /** Said when the window had to be cut to what CloudTrail holds. */
  readonly clipped: string | undefined;
  /** Up to here CloudTrail has delivered, when the window ends later. */
  readonly freshUntil: Instant | undefined;
  /** Print what Athena would be asked. */
  readonly explain: boolean;
}

/** CloudTrail's event history, in seconds. */
const HORIZON = EVENT_HISTORY_DAYS * 86_400;
/** How far past the horizon a window may begin without being incomplete. */
const HORIZON_GRACE = 3600;
/** CloudTrail may still be delivering what is younger, in seconds. */
const DELIVERY = 15 * 60;

const ROLE_CALLS_TO_JUDGE = ['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'];

/** @throws UsageError for what is wrong; nothing has been asked of AWS by then. */
export function checkEvents(given: GivenOptions, env: Environment, now: Instant): EventOptions {
  return {
    ...checkFrom(given, env, now),
    ...checkOutputOptions(
      given,
      'csv',
      EVENT_COLUMNS.map(({ name }) => name),
    ),
  };
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
  return {
    from: {
      ...checkAws(given, env),
      athena,
      logs,
      exclude: checkExclude(given),
      eventRegions: checkRegions(given),
      eventNames: checkEventNames(given),
      window: { since: from, until },
      now,
      includeServiceCalls: given.flag('include-service-calls'),
      includeFailedCalls: given.flag('include-failed-calls'),
    },
    explain: given.flag('explain'),
    role: given.text('role'),
    clipped,
    freshUntil: compareInstants(until, youngest) > 0 ? youngest : undefined,
  };
}

/** Undefined asks CloudTrail. */
function checkLogs(given: GivenOptions): readonly string[] | undefined {
  const paths = given.list('events');
  if (paths.length === 0 || (paths.length === 1 && paths[0] === 'lookup')) return undefined;
  checkPaths(paths, given.origin('events'));
  if (paths.includes('-') && given.list('sessions').includes('-')) {
    throw new UsageError(given.origin('events'), 'standard input (-) is --sessions already');
  }
  return paths;
}

interface Beginning {
  readonly from: Instant;
  readonly clipped?: string | undefined;
}

function unclipped(since: Instant | undefined): Beginning {
  return { from: since ?? { seconds: -62_167_219_200, nanos: 0 } };
}

/** CloudTrail's event history goes back 90 days: what lies before is said, and makes the run incomplete. */
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
      `the window ends ${formatInstant(until)}, before the 90 days that CloudTrail's event history holds`,
      'read the logs of the trail instead: --events PATH',
    );
  }
  if (since === undefined || compareInstants(since, first) >= 0) return { from: since ?? first };
  const isFar = since.seconds < first.seconds - HORIZON_GRACE;
  const clipped = isFar
    ? `CloudTrail's event history holds 90 days: nothing before ${formatInstant(first)} was read`
    : undefined;
  return { from: first, clipped };
}

function checkEventNames(given: GivenOptions): readonly string[] {
  const chosen = given.parts('event-name') ?? ['AssumeRole'];
  return chosen.includes('all') ? ROLE_CALLS_TO_JUDGE : chosen;
}
