import type { EventCoverage } from '../model/coverage/event-coverage.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { Batch } from '../pipeline/pipe.js';
import type { CarrierCoverage } from '../sources/carrier.js';

/** Notes the accounts, the regions and the days of the calls that pass. Holds each account and region once. */
export class ReachOfCalls {
  readonly #accounts = new Set<string>();
  readonly #regions = new Set<string>();
  #first: string | undefined;
  #last: string | undefined;

  readonly add = (calls: Batch<RoleCall>): void => {
    for (const { accountId, region, eventTime, until = eventTime } of calls) {
      if (accountId !== undefined) this.#accounts.add(accountId);
      this.addRegion(region);
      if (this.#first === undefined || eventTime < this.#first) this.#first = eventTime;
      if (this.#last === undefined || until > this.#last) this.#last = until;
    }
  };

  addRegion(region: string | undefined): void {
    if (region !== undefined) this.#regions.add(region);
  }

  /** What was read, together with what the carrier says of itself. */
  coverage({ regions = [], files, missing }: CarrierCoverage): EventCoverage {
    return {
      accounts: [...this.#accounts].toSorted(),
      regions: [...new Set([...regions, ...this.#regions])].toSorted(),
      firstDay: this.#first?.slice(0, 10),
      lastDay: this.#last?.slice(0, 10),
      files,
      missing,
    };
  }
}
