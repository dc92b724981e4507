// Both audits of a trail with 200,000 sessions of a file: CPU less start-up, against unpacking the trail alone (G).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SCALE, inTurns, less, line, ours, peer } from './measure.js';
import { writeSessions } from './sessions-file.js';
import { writeTrail } from './trail.js';

export async function measure(/** @type {string} */ folder) {
  const count = Math.ceil(200_000 * SCALE);
  const trail = join(folder, 'trail');
  await writeTrail(trail, { files: Math.ceil(400 * SCALE), records: 1945, sessions: count });
  const sessions = join(folder, 'sessions.ndjson');
  await writeSessions(sessions, count);
  const [start, none] = [join(folder, 'start'), join(folder, 'none.ndjson')];
  mkdirSync(start);
  writeFileSync(join(start, 'none.json.gz'), gzipSync('{"Records":[]}'));
  writeFileSync(none, '');
  const policy = join(folder, 'policy.yaml');
  writeFileSync(
    policy,
    'version: "1"\nrules:\n  - name: all\n    effect: require_server_session\n    conditions:\n      profiles: [profile-0]\n',
  );
  const common = [
    '--since',
    '2026-01-01',
    '--until',
    '2026-03-01',
    '--fail-on',
    'none',
    '--out',
    '/dev/null',
  ];
  const run =
    (/** @type {string[]} */ command, /** @type {string} */ events, /** @type {string} */ from) =>
    () =>
      ours([...command, ...common, '--events', events, '--sessions', from], {
        folder,
        codes: [0, 1, 3],
      });
  const untracked = ['untracked-sessions'];
  const compliance = ['session-compliance', '--policy', policy];
  const result = await inTurns({
    G: () => peer('gunzip', [trail]),
    start: run(untracked, start, none),
    untracked: run(untracked, trail, sessions),
    compliance: run(compliance, trail, sessions),
  });
  const cpu = (/** @type {import('./measure.js').Sample} */ one) =>
    less(one, result.start).cpu / result.G.cpu;
  return [
    line(`untracked-sessions, ${count} sessions: CPU`, '≤', 2.8, cpu(result.untracked), {
      unit: ' G',
      peak: result.untracked.peak,
    }),
    line(`session-compliance, ${count} sessions: CPU`, '≤', 2.8, cpu(result.compliance), {
      unit: ' G',
      peak: result.compliance.peak,
    }),
  ];
}
