// The join: as many sessions as role calls, each with its own, through `untracked-sessions`; and sessions that share
// one identity. Time for each row of 5 million against that of 50,000, and the peak of memory.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RUNS, SCALE, inTurns, less, line, ours } from './measure.js';
import { FIRST_SECOND, SECONDS_APART, sessionId } from './session-rows.js';
import { writeSessions } from './sessions-file.js';

const ACCOUNT = '111122223333';
const IN_A_FILE = 10_000;

/** A trail with a call of each session, and nothing else. */
function writeCalls(
  /** @type {string} */ folder,
  /** @type {number} */ count,
  /** @type {(n: number) => string} */ identityOf,
) {
  mkdirSync(folder);
  for (let from = 0; from < count; from += IN_A_FILE) {
    const Records = Array.from({ length: Math.min(IN_A_FILE, count - from) }, (_, at) => {
      const n = from + at;
      const time = new Date((FIRST_SECOND + n * SECONDS_APART + 5) * 1000).toISOString();
      const hex = n.toString(16).padStart(12, '0');
      return {
        userIdentity: {
          type: 'AssumedRole',
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Broker/x`,
          accountId: ACCOUNT,
        },
        eventTime: `${time.slice(0, 19)}Z`,
        eventSource: 'sts.amazonaws.com',
        eventName: 'AssumeRole',
        awsRegion: 'us-east-1',
        requestParameters: {
          roleArn: `arn:aws:iam::${ACCOUNT}:role/profile-${n % 40}`,
          sourceIdentity: identityOf(n),
        },
        eventID: `00000000-0000-4000-8000-${hex}`,
        recipientAccountId: ACCOUNT,
      };
    });
    writeFileSync(
      join(folder, `${String(from).padStart(9, '0')}.json.gz`),
      gzipSync(JSON.stringify({ Records }), { level: 1 }),
    );
  }
}

export async function measure(/** @type {string} */ folder) {
  const [small, large] = [50_000, Math.ceil(5_000_000 * SCALE)];
  /** @type {Record<string, () => Promise<import('./measure.js').Sample>>} */
  const ways = {};
  for (const [
    name,
    count,
    identityOf,
    pattern,
  ] of /** @type {[string, number, (n: number) => string, string[]][]} */ ([
    ['start', 1, (n) => `sentinel-${sessionId(n)}`, []],
    ['small', small, (n) => `sentinel-${sessionId(n)}`, []],
    ['large', large, (n) => `sentinel-${sessionId(n)}`, []],
    ['shared small', 20_000, (n) => `user${n % 500}`, ['--identity-pattern', '(?<user>.+)']],
    ['shared large', 160_000, (n) => `user${n % 500}`, ['--identity-pattern', '(?<user>.+)']],
  ])) {
    const [trail, sessions] = [join(folder, `${name} trail`), join(folder, `${name}.ndjson`)];
    writeCalls(trail, count, identityOf);
    await writeSessions(sessions, count);
    const args = [
      'untracked-sessions',
      '--since',
      '2026-01-01',
      '--until',
      '2030-01-01',
      '--fail-on',
      'none',
      ...pattern,
    ];
    ways[name] = () =>
      ours([...args, '--events', trail, '--sessions', sessions, '--out', '/dev/null'], {
        folder,
        codes: [0, 3],
      });
  }
  const {
    start,
    small: few,
    large: many,
    'shared small': fewShared,
    'shared large': manyShared,
  } = await inTurns(ways, Math.min(RUNS, 3));
  if (!start || !few || !many || !fewShared || !manyShared) return [];
  const each = (/** @type {import('./measure.js').Sample} */ one, /** @type {number} */ count) =>
    less(one, start).cpu / count;
  return [
    line(`${large} sessions and calls: peak memory`, '≤', 600, many.peak, {
      unit: ' MB',
      digits: 0,
    }),
    line(
      `${large} sessions and calls: CPU a row against ${small}`,
      '≤',
      1.2,
      each(many, large) / each(few, small),
      { unit: ' ×' },
    ),
    line(
      '160,000 sessions with 500 identities: CPU a row against 20,000',
      '≤',
      1.5,
      each(manyShared, 160_000) / each(fewShared, 20_000),
      { unit: ' ×' },
    ),
  ];
}
