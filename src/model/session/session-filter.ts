import { type RequiredField, type Session, type SessionStatus, placedAt } from './session.js';
import { type Window, within } from '../time/window.js';

/** Which sessions are wanted: all that is said must hold. */
export interface SessionFilter {
  readonly status?: SessionStatus | undefined;
  readonly user?: string | undefined;
  readonly profile?: string | undefined;
  /** Compared with {@link placedAt}. */
  readonly window: Window;
}

/** Everything. */
export const NO_FILTER: SessionFilter = { window: { since: undefined, until: undefined } };

/** Is any condition set? */
export function isFiltering(filter: SessionFilter): boolean {
  return (
    filter.status !== undefined ||
    filter.user !== undefined ||
    filter.profile !== undefined ||
    hasWindow(filter)
  );
}

/** A test of one session, exact to the nanosecond. Names match exactly. */
export function matches(filter: SessionFilter): (session: Session) => boolean {
  const { status, user, profile, window } = filter;
  const timed = hasWindow(filter);
  return (session) => {
    if (status !== undefined && session.status !== status) return false;
    if (user !== undefined && session.user !== user) return false;
    if (profile !== undefined && session.profile !== profile) return false;
    if (!timed) return true;
    const placed = placedAt(session);
    return placed !== undefined && within(window, placed);
  };
}

/** The fields without which {@link matches} could not tell. */
export function fieldsFor(filter: SessionFilter): RequiredField[] {
  const fields: RequiredField[] = [];
  if (filter.status !== undefined) fields.push('status');
  if (filter.user !== undefined) fields.push('user');
  if (filter.profile !== undefined) fields.push('profile');
  if (hasWindow(filter)) fields.push('placed');
  return fields;
}

function hasWindow({ window }: SessionFilter): boolean {
  return window.since !== undefined || window.until !== undefined;
}
