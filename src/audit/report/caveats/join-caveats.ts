import { type Caveat, caveat } from '../../../model/report/caveat.js';
import { type CallCount, callsIn } from '../../../model/verdict/call-count.js';
import { count, grouped } from '../../../text/quantity.js';
import type { Evidence } from '../../evidence.js';
import type { CaveatOptions } from '../report-options.js';
import type { Selection } from '../selection.js';

/** What needs the session's status and times. */
const TIMED = ['after_revocation', 'outside_session'];

/** What could not be checked of calls that are tracked. */
export function uncheckedCalls(
  { counts }: Selection,
  { failOn, hasBrokers, knownRoles }: CaveatOptions,
): Caveat[] {
  const tracked = counts.filter(({ category }) => category === 'tracked');
  const untimed = callsIn(tracked.filter(({ isChecked }) => !isChecked));
  const hasMap = knownRoles.explicit.size + knownRoles.awsConfig.size > 0;
  const copied = hasBrokers || hasMap ? 0 : callsIn(tracked);
  return [
    ...caveat(
      'unchecked_calls',
      untimed,
      TIMED.some((anomaly) => failOn.has(anomaly)) ? 'undecided' : 'note',
      `${count(untimed, 'tracked call')} could not be checked for after_revocation and outside_session: the sessions lack status, started_at, expires_at or updated_at`,
    ),
    ...caveat(
      'unchecked_callers',
      copied,
      'note',
      `the callers of ${count(copied, 'tracked call')} were not checked: a copied identity would pass`,
    ),
  ];
}

/** What the calls and the sessions can be joined by at all. */
export function joinCaveats({ counts, sessions }: Evidence, selection: Selection): Caveat[] {
  const all = callsIn(counts);
  const withIdentity = callsIn(counts.filter(({ hasIdentity }) => hasIdentity));
  const withTag = callsIn(counts.filter(({ hasTag }) => hasTag));
  const rows = sessions.sources.reduce((sum, source) => sum + (source.sessions ?? 0), 0);
  const bare = sessions.sources.reduce((sum, source) => sum + source.withoutIdentity, 0);
  const orphans = selection.counts.filter(
    ({ category, hasTag }) => category === 'orphaned' && !hasTag,
  );
  const hidden = callsIn(
    selection.counts.filter(
      ({ category, hop, hasIdentity }) =>
        category === 'no_source_identity' && hop === 'unknown' && !hasIdentity,
    ),
  );
  const of = (naming: CallCount['naming']): number =>
    callsIn(orphans.filter((one) => one.naming === naming));
  return [
    ...caveat(
      'no_source_identity',
      withIdentity + withTag === 0 ? all : 0,
      'note',
      'no call carries a SourceIdentity: this is one problem of configuration, not one bypass for each call',
    ),
    ...caveat(
      'sessions_without_identity',
      withIdentity + withTag > 0 && all > withTag ? bare : 0,
      'note',
      `no source identity on ${grouped(bare)} of ${count(rows, 'session row')}, no session tag on ${grouped(all - withTag)} of ${count(all, 'call')}: these can only be joined by a session id in the identity`,
    ),
    ...caveat(
      'hidden_identities',
      hidden,
      'note',
      `${count(hidden, 'call')} without a source identity came from sessions of roles whose own source identity the table does not show: those that have one may be tracked`,
    ),
    ...caveat(
      'orphans_of_tvm',
      of('tvm'),
      'note',
      `${count(of('tvm'), 'orphaned call was', 'orphaned calls were')} made by Sentinel's TVM without a session tag: its session tracking is off`,
    ),
    ...caveat(
      'orphans_of_cli',
      of('cli'),
      'note',
      `${count(of('cli'), 'orphaned call was', 'orphaned calls were')} made by Sentinel's CLI, which keeps no session that could be joined`,
    ),
  ];
}
