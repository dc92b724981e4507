import { SET_ASIDE_TITLES, type SetAside } from '../../model/report/set-aside.js';
import { formatInstant, type Instant } from '../../model/time/instant.js';

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
export function countedApart(excluded: SetAside): string {
  const why = Object.keys(SET_ASIDE_TITLES) as (keyof SetAside)[];
  const lines = why.map((name) => `${counted(SET_ASIDE_TITLES[name], excluded[name])}\n`);
  return `${underlined('Counted Apart', '-')}${lines.join('')}`;
}
