import { SinkError } from '../errors.js';
import { type Session, placedAt } from '../model/session/session.js';
import { compareInstants, parseInstant } from '../model/time/instant.js';
import type { Source } from '../pipeline/pipe.js';
import { strictReading } from '../pipeline/strict-reading.js';
import type { Run } from '../run/run.js';
import type { Placed } from './placed-calls.js';

/** Sessions stand where they were created, and a partition keeps those that it holds: the table forgets them. */
export function placedSessions(folder: string | undefined, run: Run): Placed<Session> {
  return {
    timeOf: (session) => placedAt(session)!,
    idOf: ({ id }) => id,
    valueOf: ({ profile }, key) => (key === 'profile' ? profile : undefined),
    merge: { read: (place) => partOf(place, folder ?? place, run), newest },
  };
}

async function* partOf(place: string, folder: string, { world, context }: Run): Source<Session> {
  const broken = (text: string): Error => new SinkError(`${text}; what it holds is not replaced`);
  const strict = strictReading(context, broken);
  const { readSessionFiles } = await import('../sources/sessions/session-files.js');
  for await (const file of world.storageOf(folder).list(place, () => false)) {
    yield* readSessionFiles([file], ['placed'], strict);
  }
}

/** A row without `updated_at` loses, and of two equally new ones the fresh one counts. */
function newest(held: Session, fresh: Session): Session {
  const [one, other] = [held, fresh].map(({ updatedAt }) =>
    updatedAt === undefined ? undefined : parseInstant(updatedAt),
  );
  if (one === undefined || other === undefined) return one === undefined ? fresh : held;
  return compareInstants(one, other) > 0 ? held : fresh;
}
