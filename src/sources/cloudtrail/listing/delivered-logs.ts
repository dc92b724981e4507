import type { Unseen } from '../../carrier.js';
import { accountOf, dayOf, regionOf } from './log-path.js';

/** Days of delivery as numbers of days since 1970, by account or region. */
type Days = Map<string, Set<number>>;

/** Which accounts and regions delivered log files on which days, as far as the paths of a trail tell. */
export class DeliveredLogs {
  readonly accounts: Days = new Map();
  readonly regions: Days = new Map();
  /** Of files that were named one by one, which say nothing of what is not named. */
  readonly #named: string[] = [];

  /** Notes a folder or a file of a trail, and its day where it is of one. */
  note(path: string): void {
    const day = dayOf(path);
    const number = day === undefined ? undefined : Date.parse(`${day}T00:00:00Z`) / 86_400_000;
    add(this.accounts, accountOf(path), number);
    add(this.regions, regionOf(path), number);
  }

  noteNamed(path: string): void {
    this.#named.push(path);
  }

  /** Adds the files that were named, where a folder of a trail was read beside them. */
  settle(): void {
    if (this.accounts.size === 0) return;
    for (const path of this.#named.splice(0)) this.note(path);
  }

  /** The accounts and regions among these of which no folder and no file was seen. */
  unseen(accounts: readonly string[], regions: readonly string[]): readonly Unseen[] {
    const seen = { account: this.accounts, region: this.regions };
    const named = new Set(this.#named.flatMap((path) => [accountOf(path), regionOf(path)]));
    const chosen: Unseen[] = [
      ...accounts.map((name) => ({ kind: 'account' as const, name })),
      ...regions.map((name) => ({ kind: 'region' as const, name })),
    ];
    return chosen.filter(({ kind, name }) => !seen[kind].has(name) && !named.has(name));
  }
}

function add(days: Days, of: string | undefined, day: number | undefined): void {
  if (of === undefined) return;
  const own = days.get(of) ?? new Set();
  days.set(of, own);
  if (day !== undefined) own.add(day);
}
