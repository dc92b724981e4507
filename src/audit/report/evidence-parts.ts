import type { TextPart } from '../../model/report/report.js';
import { SET_ASIDE_TITLES, type SetAside } from '../../model/report/set-aside.js';
import { count, grouped } from '../../text/quantity.js';
import type { Evidence } from '../evidence.js';
import { spansText } from './evidence-fields.js';

type Facts = readonly (readonly [label: string, value: string])[];

/** What was not judged, and why, as a person reads it. */
export function setAsidePart(setAside: SetAside): TextPart {
  const names = Object.keys(SET_ASIDE_TITLES) as (keyof SetAside)[];
  const facts = names.map(
    (name) => [SET_ASIDE_TITLES[name], String(setAside[name] ?? 'not asked for')] as const,
  );
  return { kind: 'facts', title: 'Counted Apart', facts };
}

/** What was not judged, and why, in one line. */
export function setAsideLine(setAside: SetAside): string {
  const names = Object.keys(SET_ASIDE_TITLES) as (keyof SetAside)[];
  const counts = names.flatMap((name) => {
    const calls = setAside[name];
    return calls === undefined ? [] : [`${grouped(calls)} ${SET_ASIDE_TITLES[name].toLowerCase()}`];
  });
  return `counted apart: ${counts.join(', ')}`;
}

/** Who asked, what was read, and since when the sessions are known to be complete. */
export function evidencePart({ identity, events, sessions }: Evidence): TextPart {
  const { firstDay, lastDay, files, missing, regions, accounts = [] } = events;
  const facts: Facts = [
    ...(identity === undefined
      ? []
      : [['Asked by', `${identity.arn} (account ${identity.account})`] as const]),
    ...(accounts.length === 0 ? [] : [['Accounts', listed(accounts)] as const]),
    ['Regions', regions.length === 0 ? 'none' : listed(regions)],
    ['Days', firstDay === undefined ? 'no role call was read' : `${firstDay} to ${lastDay}`],
    ...(files === undefined ? [] : [['Log files', String(files)] as const]),
    ...missing.map((what) => ['Missing', what] as const),
    ...sessions.sources.map(
      ({ name, sessions: rows }) =>
        [
          'Sessions',
          rows === undefined
            ? `${name}, not read as a whole`
            : `${name}, ${count(rows, 'session')}`,
        ] as const,
    ),
    [
      'Sessions cover',
      sessions.spans.length === 0 ? 'no time for certain' : spansText(sessions.spans),
    ],
  ];
  return { kind: 'facts', title: 'Evidence', facts };
}

const MOST_LISTED = 10;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return names.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
