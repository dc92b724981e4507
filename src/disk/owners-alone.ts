import type { Stats } from 'node:fs';
import { userInfo } from 'node:os';

/** Can nobody else write to a file or a folder: is it the user's own, with no right for others? */
export function isOwnersAlone({ uid, mode }: Stats): boolean {
  const own = ownId();
  // A system without users has no such rights either.
  return own === -1 || (uid === (own ?? uid) && (mode & 0o022) === 0);
}

/** Who runs the program; -1 where there are no users, undefined where it is not known. */
function ownId(): number | undefined {
  try {
    return userInfo().uid;
  } catch {
    return undefined;
  }
}
