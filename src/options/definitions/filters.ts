import { SESSION_STATUSES } from '../../model/session/session.js';
import type { Definitions } from './definition.js';
import { rolePattern } from './role-pattern.js';

/** Times that people often give. */
const TIMES = ['24h', '7d', '30d', '90d', 'now', 'today', 'yesterday'];

/** Which sessions and events: time range, and what they have. */
export const FILTERS = {
  since: {
    kind: 'text',
    value: 'WHEN',
    suggest: TIMES,
    describe:
      'Start of the time range (inclusive). A duration back from now (7d, 24h, 1d12h), a date (midnight UTC), a time with Z or an offset, now, today, yesterday, or "2 days ago"',
  },
  until: {
    kind: 'text',
    value: 'WHEN',
    suggest: TIMES,
    describe: 'End of the time range (exclusive). Written like --since. Default: now',
  },
  status: {
    kind: 'text',
    value: 'STATUS',
    choices: SESSION_STATUSES,
    describe: 'Only sessions with this status',
  },
  user: { kind: 'text', value: 'NAME', describe: 'Only sessions of this user' },
  profile: { kind: 'text', value: 'NAME', describe: 'Only sessions of this profile' },
  role: {
    kind: 'text',
    value: 'ARN',
    read: rolePattern,
    describe: 'Only calls that assume this role. The ARN of a role, exact or with *',
  },
  all: {
    kind: 'flag',
    describe:
      'List the sessions of all users. Without this, a filter or --sessions, only your own sessions are listed',
  },
  limit: {
    kind: 'number',
    value: 'N',
    describe: 'List at most N sessions, the newest ones. Default: 100',
  },
} as const satisfies Definitions;
