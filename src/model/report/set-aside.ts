/** Calls that are counted apart and are in no total, by why. */
export interface SetAside {
  /** Calls of AWS services for themselves. */
  readonly service_calls: number;
  /** Calls that failed, so that no credentials were issued. */
  readonly failed_calls: number;
  /** The same event again, and the second record of a cross-account call. */
  readonly duplicates: number;
  readonly outside_window: number;
  /** Calls that hand out role credentials and were not chosen; undefined where they were not asked for. */
  readonly not_judged: number | undefined;
  /** Would-be findings that the allow list permits. */
  readonly allowed: number;
  /** Judged calls that a role or a profile leaves out of the report. */
  readonly filtered_out: number;
}

/** All counts zero. */
export function nothingSetAside(): SetAside {
  return {
    service_calls: 0,
    failed_calls: 0,
    duplicates: 0,
    outside_window: 0,
    not_judged: 0,
    allowed: 0,
    filtered_out: 0,
  };
}

/** The counts in words, as a summary has them. */
export const SET_ASIDE_TITLES: Readonly<Record<keyof SetAside, string>> = {
  service_calls: 'Service calls',
  failed_calls: 'Failed calls',
  duplicates: 'Duplicates',
  outside_window: 'Outside window',
  not_judged: 'Not judged',
  allowed: 'Allowed',
  filtered_out: 'Filtered out',
};
