// Peak memory of `export` over a table of 20,000 rows and over one of 500,000 (dynalite, in a process of its own).
import { awsEnv, SCALE, inTurns, line, ours, server } from './measure.js';

export async function measure(/** @type {string} */ folder) {
  const [small, large] = [20_000, Math.ceil(500_000 * SCALE)];
  const table = await server('table-server.js', [String(small), String(large)]);
  const sts = await server('sts-server.js', []);
  const env = awsEnv({ DYNAMODB: table.address, STS: sts.address });
  const run = (/** @type {string} */ format, /** @type {number} */ size) => () =>
    ours(['export', '--table', `rows-${size}`, '--format', format, '--out', '/dev/null'], {
      folder,
      env,
      expect: `exported ${size.toLocaleString('en')} sessions`,
    });
  try {
    const lines = [];
    for (const format of ['csv', 'ndjson']) {
      const { few, many } = await inTurns({ few: run(format, small), many: run(format, large) }, 3);
      lines.push(
        line(
          `export --format ${format}: ${large} rows against ${small}`,
          '≤',
          1.2,
          many.peak / few.peak,
          { unit: ' × its peak', peak: many.peak },
        ),
      );
    }
    return lines;
  } finally {
    table.stop();
    sts.stop();
  }
}
