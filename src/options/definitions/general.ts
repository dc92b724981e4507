import type { Definitions } from './definition.js';

/** How a run behaves, whatever the command. */
export const GENERAL = {
  strict: { kind: 'flag', describe: 'Stop at the first rejected row' },
  config: {
    kind: 'text',
    value: 'FILE',
    names: 'file',
    describe:
      'YAML file with options under their long names. Relative paths in it start at its folder, ~ is your home folder. Default: $XDG_CONFIG_HOME/sentinel-audit/config.yaml, else ~/.config/sentinel-audit/config.yaml',
  },
  quiet: {
    kind: 'flag',
    alias: ['q'],
    describe: 'Print errors only. No notes, no progress, no summary',
  },
  verbose: {
    kind: 'flag',
    alias: ['v'],
    describe: 'Show how the table is read and what Athena is asked',
  },
  'no-progress': {
    kind: 'flag',
    describe: 'No progress line. It is shown only when standard error is a terminal',
  },
} as const satisfies Definitions;
