import { ARCHIVE } from './commands/archive.js';
import { ATHENA_TABLE } from './commands/athena-table.js';
import type { CommandDefinition } from './commands/command.js';
import { EXPORT } from './commands/export.js';
import { LAKE_TABLE } from './commands/lake-table.js';
import { SERVER_SESSIONS } from './commands/server-sessions.js';
import { SESSION_COMPLIANCE } from './commands/session-compliance.js';
import { UNTRACKED_SESSIONS } from './commands/untracked-sessions.js';

/** Every command, by its name, in the order of the help. */
export const COMMANDS = {
  export: EXPORT,
  'server-sessions': SERVER_SESSIONS,
  'untracked-sessions': UNTRACKED_SESSIONS,
  'session-compliance': SESSION_COMPLIANCE,
  archive: ARCHIVE,
  'athena-table': ATHENA_TABLE,
  'lake-table': LAKE_TABLE,
} as const satisfies Readonly<Record<string, CommandDefinition>>;

export type CommandName = keyof typeof COMMANDS;

/** The command of a name; undefined when there is none. */
export function commandOf(name: string): CommandDefinition | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as CommandName] : undefined;
}

/** The commands that the word `audit` may stand before. */
export const AUDITS = ['untracked-sessions', 'session-compliance'];

/** The first word of a command line by which a shell asks what may come next. */
export const ASK_COMPLETIONS = '--get-completions';
