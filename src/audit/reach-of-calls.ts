import type { EventCoverage } from '../model/coverage/event-coverage.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { Batch } from '../pipeline/pipe.js';
import type { CarrierCoverage } from '../sources/carrier.js';

interface SomeCalls {
  readonly accountId: string | undefined;
  readonly region: string | undefined;
  readonly from: string;
  readonly until: string;
}

/** Notes the accounts, the regions and the days of the calls that pass. Holds each account and region once. */
export class ReachOfCalls {
  readonly #accounts = new Set<string>();
  readonly #regions = new Set<string>();
  #first: string | undefined;
  #last: string | undefined;

  readonly add = (calls: Batch<RoleCall>): void => {
    for (const { accountId, region, eventTime, until = eventTime } of calls) {
      this.addSome({ accountId, region, from: eventTime, until });
    }
  };

  /** Some calls of one account and region: the times of the first and the last. */
  addSome({ accountId, region, from, until }: SomeCalls): void {
    if (accountId !== undefined) this.#accounts.add(accountId);
    if (region !== undefined) this.#regions.add(region);
    if (this.#first === undefined || from < this.#first) this.#first = from;
    if (this.#last === undefined || until > this.#last) this.#last = until;
  }

  /** What was read, together with what the carrier says of itself. */
  coverage({ regions, files, missing, unseen = [] }: CarrierCoverage): EventCoverage {
    const seen = { account: this.#accounts, region: this.#regions };
    return {
      accounts: [...this.#accounts].toSorted(),
      regions: [...(regions ?? this.#regions)].toSorted(),
      firstDay: this.#first?.slice(0, 10),
      lastDay: this.#last?.slice(0, 10),
      files,
      missing,
      unseen: unseen
        .filter(({ kind, name }) => !seen[kind].has(name))
        .map(({ kind, name }) => `${kind} ${name}`),
    };
  }
}
