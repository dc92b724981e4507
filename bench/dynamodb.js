// A Scan: rows for each second of CPU of the client, against node:http, JSON.parse and a mapper by hand (R), over
// pages of 1 MB that a server has ready.
import { awsEnv, SCALE, inTurns, less, line, ours, peer, server } from './measure.js';

export async function measure(/** @type {string} */ folder) {
  const pages = Math.ceil(150 * SCALE);
  const [table, sts] = [
    await server('scan-server.js', [String(pages)]),
    await server('sts-server.js', []),
  ];
  const env = awsEnv({ DYNAMODB: table.address, STS: sts.address });
  Object.assign(process.env, env);
  try {
    const run = (/** @type {string} */ name) => () =>
      ours(['export', '--table', name, '--format', 'csv', '--out', '/dev/null'], { folder, env });
    const { R, rows, sdk, none, csv } = await inTurns({
      R: () => peer('scan', ['by-hand', table.address]),
      rows: () => peer('scan', ['ours', table.address]),
      sdk: () => peer('scan', ['sdk', table.address]),
      none: run('empty'),
      csv: run('full'),
    });
    return [
      line('rows of a Scan', '≥', 0.65, R.cpu / rows.cpu, { unit: ' R', peak: rows.peak }),
      line('the SDK as it comes, its rows left as they are', '', 0, R.cpu / sdk.cpu, {
        unit: ' R',
        peak: sdk.peak,
      }),
      line('export --format csv', '≥', 0.5, R.cpu / less(csv, none).cpu, {
        unit: ' R',
        peak: csv.peak,
      }),
    ];
  } finally {
    table.stop();
    sts.stop();
  }
}
