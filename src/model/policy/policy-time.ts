import {
  type PolicyRule,
  type TimeCondition,
  WEEK,
  isWithin,
  minuteOfWeek,
  offsetAt,
  zoneOf,
} from './policy.js';

/** The offsets of all zones stand still in `[from, to)`, seconds since 1970, for a week at most. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Of each zone, the minute of its week at `from`. */
  readonly minutes: ReadonlyMap<string, number>;
}

/** A second at which the rule's time has come and no rival's has. */
export function secondOf(
  { time }: PolicyRule,
  rivals: readonly PolicyRule[],
  spans: () => readonly Span[],
): number | undefined {
  const conditions = time === undefined ? [] : [{ week: weekOf(time), value: 1 }];
  for (const rival of rivals) {
    if (rival.time === undefined) return undefined;
    conditions.push({ week: weekOf(rival.time), value: 0 });
  }
  for (const { from, to, minutes } of spans()) {
    const offsets = conditions.map(({ week }) => minutes.get(week.zone) ?? 0);
    // All stands still from one border to the next, so the first good minute is a border or the start.
    const starts = conditions.flatMap(({ week, value }, at) =>
      week.borders
        .filter((border) => week.held[border] === value)
        .map((border) => (border - (offsets[at] ?? 0) + WEEK) % WEEK),
    );
    const found = [0, ...starts].find(
      (start) =>
        from + start * 60 < to &&
        conditions.every(({ week, value }, at) => {
          return week.held[((offsets[at] ?? 0) + start) % WEEK] === value;
        }),
    );
    if (found !== undefined) return from + found * 60;
  }
  return undefined;
}

/** In which minutes of its zone's week a condition holds, and at which that changes. */
interface Week {
  readonly zone: string;
  readonly held: Uint8Array;
  readonly borders: readonly number[];
}

const weeks = new WeakMap<TimeCondition, Week>();

function weekOf(time: TimeCondition): Week {
  let week = weeks.get(time);
  if (week === undefined) {
    const held = Uint8Array.from({ length: WEEK }, (_, minute) => Number(isWithin(time, minute)));
    const borders = [...held.keys()].filter((at) => held[at] !== held[(at + WEEK - 1) % WEEK]);
    week = { zone: zoneOf(time), held, borders };
    weeks.set(time, week);
  }
  return week;
}

const FIRST = Date.UTC(2020, 0) / 1_000;
const LAST = Date.UTC(2040, 0) / 1_000;
const DAY = 86_400;

/** Spans that between them show every combination of the zones' clocks, made when first needed. */
export function spansOf(rules: readonly PolicyRule[]): () => readonly Span[] {
  let spans: readonly Span[] | undefined;
  return () => {
    if (spans !== undefined) return spans;
    const zones = [
      ...new Set(rules.flatMap(({ time }) => (time === undefined ? [] : zoneOf(time)))),
    ];
    const changes = [...new Set([FIRST, ...zones.flatMap((zone) => changesOf(zone))])];
    const whole = new Set<string>();
    spans = changes
      .toSorted((a, b) => a - b)
      .map((from, at, all) => ({ from, to: Math.min(all[at + 1] ?? LAST, from + WEEK * 60) }))
      .toSorted((a, b) => b.to - b.from - (a.to - a.from))
      .filter(({ from, to }) => {
        const key = zones.map((zone) => offsetAt(zone, from)).join();
        if (whole.has(key)) return false;
        if (to - from === WEEK * 60) whole.add(key);
        return true;
      })
      .map(({ from, to }) => {
        return {
          from,
          to,
          minutes: new Map(zones.map((zone) => [zone, minuteOfWeek(zone, from)])),
        };
      });
    return spans;
  };
}

const changesByZone = new Map<string, readonly number[]>();

/** The seconds at which the zone's clocks are put forward or back. Asked once of each zone. */
function changesOf(zone: string): readonly number[] {
  if (zone === 'UTC') return [];
  const known = changesByZone.get(zone);
  if (known !== undefined) return known;
  const changes: number[] = [];
  let before = offsetAt(zone, FIRST);
  for (let day = FIRST + DAY; day <= LAST; day += DAY) {
    const after = offsetAt(zone, day);
    if (after !== before) changes.push(changeBetween(zone, day - DAY, day));
    before = after;
  }
  changesByZone.set(zone, changes);
  return changes;
}

function changeBetween(zone: string, before: number, after: number): number {
  const old = offsetAt(zone, before);
  let [low, high] = [before, after];
  while (high - low > 60) {
    const middle = low + Math.floor((high - low) / 120) * 60;
    if (offsetAt(zone, middle) === old) low = middle;
    else high = middle;
  }
  return high;
}
