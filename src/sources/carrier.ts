import type { RoleCall } from '../model/role-call/role-call.js';
import type { SetAside } from '../model/report/set-aside.js';
import type { Source } from '../pipeline/pipe.js';

/**
 * Where role calls come from: CloudTrail's event history, log files, Athena. What a carrier cannot do it
 * does not offer.
 */
export interface Carrier {
  /** All role calls as they were delivered: with duplicates, failed calls, and some beyond the window. */
  readonly calls: () => Source<RoleCall>;
  /** The same, where the carrier can group and count. */
  readonly groups?: CallGroups;
  /** Does the carrier give role calls of other names than those that are judged? */
  readonly showsOtherCalls: boolean;
  /** Have all calls come in the order of their days so far, give or take one? */
  readonly inOrderOfDays: () => boolean;
  /** What is read. Complete when all calls have come. */
  readonly coverage: () => CarrierCoverage;
  /** What may be asked, as text: to judge calls of these kinds, or to export all. No query is run. */
  readonly explain?: (kinds: JudgedKinds | undefined) => Promise<string>;
  readonly dispose: () => Promise<void>;
}

/** What a carrier knows of its own reach. */
export interface CarrierCoverage {
  /** The regions that are asked; undefined where the calls tell. */
  readonly regions: readonly string[] | undefined;
  /** Files that were found; undefined where there are none. */
  readonly files: number | undefined;
  /** What is known to be missing, a sentence each. */
  readonly missing: readonly string[];
  /** Accounts and regions that were asked for and that no path of a log file shows. */
  readonly unseen?: readonly Unseen[];
}

/** An account or a region of which nothing was seen. */
export interface Unseen {
  readonly kind: 'account' | 'region';
  readonly name: string;
}

/** Which calls are judged, of those that the options name. */
export interface JudgedKinds {
  readonly serviceCalls: boolean;
  readonly failedCalls: boolean;
}

/** Role calls in groups: only those of the window, duplicates removed. */
export interface CallGroups {
  /** Groups of the calls that are judged, with their weights; and the numbers of those that are not. */
  readonly all: (kinds: JudgedKinds) => Source<GroupRow>;
  /** The judged calls one by one, each once: of the groups with these keys, or of all. */
  readonly callsOf: (groups: OpenGroups | 'all', kinds: JudgedKinds) => Source<RoleCall>;
}

/** Groups whose calls are wanted one by one. */
export interface OpenGroups {
  readonly keys: readonly string[];
  /** The times of their first call and of their last, RFC 3339. */
  readonly from: string;
  readonly until: string;
}

/** A group of judged calls, or the number of calls that were set aside. */
export type GroupRow =
  | { readonly kind: 'group'; readonly group: RoleCall }
  | {
      readonly kind: 'set_aside';
      readonly why: keyof SetAside;
      readonly calls: number;
      /** Of calls that were not chosen. */
      readonly eventName: string | undefined;
      readonly region: string | undefined;
      readonly accountId: string | undefined;
      /** RFC 3339 text, of the first and the last of them. */
      readonly from: string;
      readonly until: string;
    };
