import { ValueError } from '../../errors.js';
import { durationSeconds } from '../../model/time/duration.js';
import type { Definitions } from './definition.js';

/** Where the sessions are kept that the table forgets, and how. */
export const ARCHIVE = {
  to: {
    kind: 'text',
    value: 'PLACE',
    names: 'file',
    describe:
      'Folder of the archive, or s3://BUCKET/PREFIX. It is made by the first run; --sessions reads it',
  },
  follow: {
    kind: 'flag',
    describe: 'Keep running, and add to the archive every --interval until interrupted',
  },
  interval: {
    kind: 'text',
    value: 'DURATION',
    read: interval,
    describe: 'Time between two runs with --follow. Default: 15m',
  },
  compact: {
    kind: 'flag',
    describe: 'Then merge the files of the runs into one a day, each session once',
  },
  'dry-run': {
    kind: 'flag',
    describe: 'Show what would be read, and change nothing',
  },
} as const satisfies Definitions;

/** Whole seconds, from one to six hours: the stream forgets after a day. */
function interval(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds >= 1 && seconds <= 6 * 3600) return seconds;
  throw new ValueError(`"${text}" is not between one second and six hours`, 'write 15m or 1h');
}
