// Start-up: wall time of short runs, against `node -e 0` (E).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, inTurns, line, server, shell } from './measure.js';

export async function measure(/** @type {string} */ folder) {
  const file = join(folder, 'log.json');
  writeFileSync(file, '{"Records":[]}');
  const table = await server('table-server.js', ['25']);
  const sts = await server('sts-server.js', []);
  const node = `'${process.execPath}'`;
  const aws = `AWS_ENDPOINT_URL_DYNAMODB=${table.address} AWS_ENDPOINT_URL_STS=${sts.address} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=b AWS_SECRET_ACCESS_KEY=b`;
  const run =
    (/** @type {string} */ args, env = '') =>
    () =>
      shell(`${env} ${node} '${BIN}' ${args} > /dev/null 2>&1 || true`);
  try {
    const { E, ...runs } = await inTurns(
      {
        E: () => shell(`${node} -e 0`),
        '--version': run('--version'),
        '--help': run('--help'),
        'a usage error': run('export --nope'),
        'events of a file': run(`export events --events '${file}' --since 1d`),
        'a table (one client, and that of STS)': run('export --table rows-25 --no-progress', aws),
      },
      15,
    );
    const goals = [1.6, 1.6, 2, 2.3, 3];
    return Object.entries(runs).map(([name, { wall }], at) =>
      line(name, '≤', goals[at] ?? NaN, wall / E.wall, { unit: ' E' }),
    );
  } finally {
    table.stop();
    sts.stop();
  }
}
