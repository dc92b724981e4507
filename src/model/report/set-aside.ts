/** Events that were counted apart and not judged, by why. */
export interface SetAside {
  /** Calls of AWS services for themselves. */
  service_calls: number;
  /** Calls that failed, so that no credentials were issued. */
  failed_calls: number;
  /** The same event again, and the second record of a cross-account call. */
  duplicates: number;
  outside_window: number;
  /** Calls that hand out role credentials and were not chosen. */
  not_judged: number;
  /** Would-be findings that the allow list permits. */
  allowed: number;
}

/** Nothing yet. */
export function nothingSetAside(): SetAside {
  return {
    service_calls: 0,
    failed_calls: 0,
    duplicates: 0,
    outside_window: 0,
    not_judged: 0,
    allowed: 0,
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
};
