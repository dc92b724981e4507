// LookupEvents: requests a second against the two that AWS permits, and the share that is throttled; alone, and beside
// as many busy loops as there are processors.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { awsEnv, inTurns, line, ours, server } from './measure.js';

export async function measure(/** @type {string} */ folder) {
  const lines = [];
  for (const [name, loops] of /** @type {[string, number][]} */ ([
    ['alone', 0],
    ['on a busy machine', 2 * availableParallelism()],
  ])) {
    const trail = await server('lookup-server.js', ['60']);
    const sts = await server('sts-server.js', []);
    const busy = Array.from({ length: loops }, () => spawn(process.execPath, ['-e', 'for(;;);']));
    const env = awsEnv({ CLOUDTRAIL: trail.address, STS: sts.address });
    try {
      await inTurns(
        {
          run: () =>
            ours(['export', 'events', '--since', '1h', '--out', '/dev/null', '--quiet'], {
              folder,
              env,
            }),
        },
        1,
      );
      const { rate, throttled } = /** @type {{ rate: number, throttled: number }} */ (
        await (await fetch(trail.address)).json()
      );
      lines.push(
        line(`${name}: requests a second`, '≥', 1.9, rate),
        line(`${name}: throttled`, '≤', 2, 100 * throttled, { unit: ' %', digits: 1 }),
      );
    } finally {
      for (const child of busy) child.kill('SIGKILL');
      trail.stop();
      sts.stop();
    }
  }
  return lines;
}
