import type { CommandDefinition } from './command.js';
import {
  COMMON,
  OUTPUTS,
  SESSION_COLUMNS,
  SESSION_FILTERS,
  SESSION_SOURCES,
  WINDOW,
} from './option-sets.js';

export const SERVER_SESSIONS = {
  name: 'server-sessions',
  describe: 'List sessions, newest first',
  options: [
    ...WINDOW,
    ...SESSION_FILTERS,
    'all',
    'limit',
    ...SESSION_SOURCES,
    'exclude',
    ...OUTPUTS,
    ...COMMON,
  ],
  meanings: {
    columns: SESSION_COLUMNS,
  },
  main: [
    'since',
    'until',
    'status',
    'user',
    'profile',
    'all',
    'limit',
    'table',
    'sessions',
    'format',
    'json',
    'columns',
    'out',
    'region',
    'aws-profile',
    'quiet',
  ],
  examples: [
    ['sentinel-audit server-sessions', 'Your own sessions'],
    ['sentinel-audit server-sessions --all --status active', 'All sessions that are active now'],
    [
      'sentinel-audit server-sessions --user alice --since 7d --json',
      'The sessions of alice in the last week, as JSON',
    ],
    [
      'sentinel-audit server-sessions --sessions archive/ --limit 20',
      'The newest 20 sessions in files, without AWS',
    ],
  ],
} as const satisfies CommandDefinition;
