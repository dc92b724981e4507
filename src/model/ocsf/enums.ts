/** The values of `severity_id` that are written. */
export const SEVERITIES = {
  0: 'Unknown',
  1: 'Informational',
  2: 'Low',
  3: 'Medium',
  4: 'High',
} as const;
export type SeverityId = keyof typeof SEVERITIES;

/** `status_id` of an event. */
export const EVENT_STATUSES = { 1: 'Success', 2: 'Failure' } as const;

/** `status_id` of a finding. 99 has a text of its own. */
export const FINDING_STATUSES = { 0: 'Unknown', 1: 'New', 4: 'Resolved', 99: 'Other' } as const;
export type FindingStatusId = keyof typeof FINDING_STATUSES;

/** `compliance.status_id`. 99 has a text of its own. */
export const COMPLIANCE_STATUSES = {
  0: 'Unknown',
  1: 'Pass',
  2: 'Warning',
  3: 'Fail',
  99: 'Other',
} as const;
export type ComplianceStatusId = keyof typeof COMPLIANCE_STATUSES;
