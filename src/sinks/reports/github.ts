import { formatRate } from '../../model/report/audit-summary.js';
import { type ProfileCompliance, rateOf } from '../../model/attribution/profile-report.js';
import type { Sink, Source } from '../../pipeline/pipe.js';
import type { WriteText } from '../write-text.js';

/**
 * One workflow annotation of GitHub Actions for each gap, an error, and for each profile of which nobody can
 * tell, a warning (GitHub: workflow commands).
 */
export function github(write: WriteText): Sink<ProfileCompliance> {
  return (profiles) => write(annotations(profiles));
}

async function* annotations(profiles: Source<ProfileCompliance>): AsyncGenerator<string> {
  for await (const batch of profiles) yield batch.map(annotationOf).join('');
}

function annotationOf(profile: ProfileCompliance): string {
  const { profile: name, rule, tracked, untracked, hasGap, undetermined } = profile;
  const because = rule === undefined ? '' : `, required by rule "${rule}"`;
  if (hasGap) {
    const share = `${untracked} of ${tracked + untracked} role events untracked (${formatRate(rateOf(profile))} compliance)`;
    return command('error', 'Session compliance gap', `profile ${name}: ${share}${because}`);
  }
  if (!undetermined) return '';
  const why = 'no role of it is known, and some untracked use could not be placed';
  return command('warning', 'Session compliance undetermined', `profile ${name}: ${why}${because}`);
}

function command(level: 'error' | 'warning', title: string, message: string): string {
  return `::${level} title=${title}::${escaped(message)}\n`;
}

/** What ends a command, or acts in its log, is spelt out. */
function escaped(message: string): string {
  // oxlint-disable-next-line no-control-regex -- a profile's name may hold anything
  return message.replace(/[%\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) =>
    encodeURIComponent(character),
  );
}
