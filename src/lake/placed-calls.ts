import type { RoleCall } from '../model/role-call/role-call.js';
import { parseInstant } from '../model/time/instant.js';
import type { AttributedVerdict } from '../model/verdict/attributed-verdict.js';
import type { LakeRows } from './open-lake.js';

/** How the rows of a lake are placed in it. */
export type Placed<T> = Pick<LakeRows<T>, 'timeOf' | 'idOf' | 'valueOf' | 'merge'>;

/** Role calls and verdicts stand where their event does. */
export function placedCalls<T extends RoleCall | AttributedVerdict>(
  callOf: (row: T) => RoleCall,
): Placed<T> {
  return {
    timeOf: (row) => parseInstant(callOf(row).eventTime)!,
    idOf: (row) => callOf(row).eventId,
    valueOf: (row, key) => {
      if (key === 'profile') return 'profiles' in row ? row.profiles.join(';') : undefined;
      const { accountId, region } = callOf(row);
      return key === 'region' ? region : accountId;
    },
  };
}
