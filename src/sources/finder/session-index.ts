import type { ReadSessions } from '../../model/coverage/read-sessions.js';
import type {
  SessionSummary,
  SessionMatch,
  LookupKey,
} from '../../model/session/session-lookup.js';
import {
  SESSION_STATUSES,
  type Session,
  isSessionId,
  placeText,
} from '../../model/session/session.js';
import { type Instant, parseInstant } from '../../model/time/instant.js';
import { NONE } from '../../hashing/hash-index.js';
import { NumberList } from '../../hashing/number-list.js';
import { NewestById } from '../sessions/newest-by-id.js';
import { Identities } from './identities.js';
import { SessionsInTime } from './sessions-in-time.js';

const STATUS = 7;
/** Its identity is {@link identityOfId}: nothing more is held of it. */
const OF_ID = 8;
/** It began within a second, not with it. */
const WITHIN_SECOND = 16;

/** With so many sessions of one identity or fewer, looking at each is soon done. */
const FEW = 8;

/**
 * Every session, for finding the one behind an event by id or by source identity, in about forty bytes each,
 * and those of its identity where that does not follow from its id: flat arrays, names held once. Of several rows
 * of one session the newest counts. Keys are compared whole: with a hash alone somebody could craft an identity that
 * collides with another, and hide.
 */
export class SessionIndex {
  readonly #newest = new NewestById();
  /** Whole seconds since 1970, cut; NaN where a row lacks them. */
  readonly #started = new NumberList();
  readonly #expires = new NumberList();
  /** The place of the status among all, from 1, or 0; with {@link OF_ID} and {@link WITHIN_SECOND} added. */
  readonly #marks = new NumberList();
  readonly #user = new NumberList();
  readonly #profile = new NumberList();
  readonly #identities = new Identities();
  /** Sessions of one identity, where they are many. */
  readonly #crowds = new Map<string, Crowd>();
  #shortestLife = Infinity;
  readonly #users = new Names();
  readonly #profiles = new Names();
  /** Those that a session has; undefined when that is to be found out again. */
  #knownProfiles: ReadonlySet<string> | undefined;

  get size(): number {
    return this.#newest.size;
  }

  get coverage(): Omit<ReadSessions, 'isComplete'> {
    return {
      shortestLife: finite(this.#shortestLife),
      profiles: (this.#knownProfiles ??= this.#profilesOfSessions()),
    };
  }

  /**
   * Adds a row of a session: the one with the newest `updated_at` counts, a row without one before every row that
   * has one, and of equals the one that was added last. Is it the first of its session?
   */
  add(session: Session): boolean {
    const { size } = this;
    const expires = instantOf(session.expiresAt);
    const started = instantOf(session.startedAt);
    const begin = placeText(session);
    const placed = begin === session.startedAt ? started : instantOf(begin);
    const life = exactly(expires) - secondsOf(placed);
    if (life < this.#shortestLife) this.#shortestLife = life;
    const entry = this.#newest.add(session);
    if (entry === NONE) return false;
    const isFirst = this.size > size;
    this.#started.set(entry, secondsOf(started));
    this.#expires.set(entry, secondsOf(expires));
    this.#user.set(entry, this.#users.numberOf(session.user));
    this.#profile.set(entry, this.#profiles.numberOf(session.profile));
    const { sourceIdentity, status } = session;
    const isOfId = sourceIdentity === identityOfId(session.id);
    const isWithin = started !== undefined && started.nanos > 0;
    const place = status === undefined ? 0 : SESSION_STATUSES.indexOf(status) + 1;
    this.#marks.set(entry, place + (isOfId ? OF_ID : 0) + (isWithin ? WITHIN_SECOND : 0));
    const isHeld = !isOfId && sourceIdentity !== undefined && isText(sourceIdentity);
    this.#identities.set(entry, isHeld ? sourceIdentity : undefined);
    if (!isFirst) this.#crowds.clear();
    else if (sourceIdentity !== undefined) this.#crowds.delete(sourceIdentity);
    this.#knownProfiles = undefined;
    return isFirst;
  }

  /** The session behind an event: by its tag, else by its source identity, else by the id in that. */
  find({ tag, sourceIdentity, sessionId, at }: LookupKey): SessionMatch | undefined {
    const tagged = this.#entryOfId(tag);
    if (tagged !== NONE) return { session: this.#facts(tagged), matchedBy: 'tag' };
    const found = sourceIdentity === undefined ? undefined : this.#ofIdentity(sourceIdentity, at);
    if (found !== undefined) {
      const { entry, isShared } = found;
      const session = this.#facts(entry);
      return { session, matchedBy: 'source_identity', ...(isShared && { sharesIdentity: true }) };
    }
    const named = this.#entryOfId(sessionId);
    return named === NONE ? undefined : { session: this.#facts(named), matchedBy: 'session_id' };
  }

  #entryOfId(id: string | undefined): number {
    return isSessionId(id) ? this.#newest.find(id) : NONE;
  }

  #profilesOfSessions(): ReadonlySet<string> {
    const isUsed = new Set<number>();
    for (let entry = 0; entry < this.size; entry++) isUsed.add(this.#profile.get(entry));
    return new Set([...isUsed].flatMap((number) => this.#profiles.of(number) ?? []));
  }

  /** Of the sessions with an identity, the one that was on, and began last; else any. */
  #ofIdentity(
    identity: string,
    at: number,
  ): { readonly entry: number; readonly isShared: boolean } | undefined {
    if (!isText(identity)) return undefined;
    let crowd = this.#crowds.get(identity);
    if (crowd === undefined) {
      const entries = this.#entriesOf(identity);
      const [any] = entries;
      if (any === undefined) return undefined;
      if (entries.length === 1) return { entry: any, isShared: false };
      crowd = { any, inTime: this.#inTime(entries) };
      if (entries.length > FEW) this.#crowds.set(identity, crowd);
    }
    return { entry: crowd.inTime.onAt(at) ?? crowd.any, isShared: true };
  }

  #entriesOf(identity: string): number[] {
    const entries = this.#identities.sessionsOf(identity);
    const own = this.#entryOfId(idOfIdentity(identity));
    if (own !== NONE && (this.#marks.get(own) & OF_ID) !== 0) entries.push(own);
    return entries;
  }

  #inTime(entries: readonly number[]): SessionsInTime {
    return new SessionsInTime(
      entries.map((session) => ({
        session,
        // Events have whole seconds: one of the second in which a session began may have come after.
        from: this.#started.get(session),
        until: this.#expires.get(session),
      })),
    );
  }

  #facts(entry: number): SessionSummary {
    const marks = this.#marks.get(entry);
    const rounded = (marks & WITHIN_SECOND) === 0 ? 0 : 1;
    return {
      id: this.#newest.idOf(entry),
      user: this.#users.of(this.#user.get(entry)),
      profile: this.#profiles.of(this.#profile.get(entry)),
      status: SESSION_STATUSES[(marks & STATUS) - 1],
      startedAt: finite(this.#started.get(entry) + rounded),
      expiresAt: finite(this.#expires.get(entry)),
      updatedAt: this.#newest.updatedAt(entry),
    };
  }
}

/** Sessions of one identity that are many. */
interface Crowd {
  readonly any: number;
  readonly inTime: SessionsInTime;
}

/** The identity that Sentinel gives a session by its id. */
function identityOfId(id: string): string {
  return `sentinel-${id}`;
}

function idOfIdentity(identity: string): string | undefined {
  return identity.startsWith('sentinel-') ? identity.slice(9) : undefined;
}

/** Each name once, by a number. */
class Names {
  readonly #numbers = new Map<string | undefined, number>();
  readonly #names: (string | undefined)[] = [];

  numberOf(name: string | undefined): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }

  of(number: number): string | undefined {
    return this.#names[number];
  }
}

/** Half a surrogate pair has no UTF-8: as bytes, different ones would be the same. */
function isText(identity: string): boolean {
  return !/\p{Surrogate}/u.test(identity);
}

function instantOf(time: string | undefined): Instant | undefined {
  return time === undefined ? undefined : parseInstant(time);
}

function secondsOf(instant: Instant | undefined): number {
  return instant?.seconds ?? NaN;
}

function exactly(instant: Instant | undefined): number {
  return instant === undefined ? NaN : instant.seconds + instant.nanos / 1e9;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
