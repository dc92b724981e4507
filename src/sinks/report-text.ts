import { EXCLUDED_TITLES, type Excluded } from '../model/excluded.js';
import { formatInstant, type Instant } from '../model/timestamp.js';

/** A title with a line under it. */
export function underlined(title: string, line: string): string {
  return `${title}\n${line.repeat(title.length)}\n`;
}

/** The title of a report and its window. */
export function headOf(title: string, window: { since: Instant; until: Instant }): string {
  const [from, to] = [formatInstant(window.since), formatInstant(window.until)];
  return `${underlined(title, '=')}\nTime Window: ${from} to ${to}\n`;
}

/** A number in a summary, after its title. */
export function counted(title: string, number: number): string {
  return `${`${title}:`.padEnd(18)}${number}`;
}

/** What was not judged, and why. */
export function countedApart(excluded: Excluded): string {
  const why = Object.keys(EXCLUDED_TITLES) as (keyof Excluded)[];
  const lines = why.map((name) => `${counted(EXCLUDED_TITLES[name], excluded[name])}\n`);
  return `${underlined('Counted Apart', '-')}${lines.join('')}`;
}
