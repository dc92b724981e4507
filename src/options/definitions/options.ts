import { ARCHIVE } from './archive.js';
import { ATHENA } from './athena.js';
import { AWS } from './aws.js';
import { inGroup } from './definition.js';
import { EVENTS } from './events.js';
import { FILTERS } from './filters.js';
import { GENERAL } from './general.js';
import { JUDGEMENT } from './judgement.js';
import { OUTPUT } from './output.js';
import { SESSIONS } from './sessions.js';

/** Every option of every command, by its long name. */
export const OPTIONS = {
  ...inGroup('Filters', FILTERS),
  ...inGroup('Events', EVENTS),
  ...inGroup('Athena', ATHENA),
  ...inGroup('Judgement', JUDGEMENT),
  ...inGroup('Sessions', SESSIONS),
  ...inGroup('Archive', ARCHIVE),
  ...inGroup('Output', OUTPUT),
  ...inGroup('AWS', AWS),
  ...inGroup('General', GENERAL),
} as const;

export type OptionName = keyof typeof OPTIONS;
export type { OptionDefinition } from './definition.js';

/** Options whose definition has a reader. */
export type ReadOption = {
  [N in OptionName]: (typeof OPTIONS)[N] extends { read: unknown } ? N : never;
}[OptionName];

/** What the reader of an option makes of its text. */
export type ValueOf<N extends ReadOption> = (typeof OPTIONS)[N] extends {
  read: (text: string) => infer T;
}
  ? T
  : never;
