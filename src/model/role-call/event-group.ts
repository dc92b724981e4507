import type { RoleCall } from './role-call.js';

/** Judged role events that differ in nothing but the time in what they are judged by. */
export interface EventGroup {
  /** What its events are asked for by. */
  readonly key: string;
  /** What they have in common, with the time of the first. It has no id, and no details of one call. */
  readonly event: RoleCall;
  /** RFC 3339 text, of the last. */
  readonly lastTime: string;
  readonly count: number;
}
