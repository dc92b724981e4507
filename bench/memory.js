// Peak memory of `export` over a table of 100,000 rows and over one of 5,000,000, pages that a server has ready.
import { awsEnv, SCALE, inTurns, line, ours, server } from './measure.js';

const IN_A_PAGE = 1000;

export async function measure(/** @type {string} */ folder) {
  const sizes = /** @type {const} */ ([100_000, Math.ceil(5_000 * SCALE) * 1000]);
  const [few, many] = [
    await server('scan-server.js', [String(sizes[0] / IN_A_PAGE)]),
    await server('scan-server.js', [String(sizes[1] / IN_A_PAGE)]),
  ];
  const sts = await server('sts-server.js', []);
  const run =
    (/** @type {string} */ format, /** @type {string} */ address, /** @type {number} */ size) =>
    () =>
      ours(['export', '--table', 'full', '--format', format, '--out', '/dev/null'], {
        folder,
        env: awsEnv({ DYNAMODB: address, STS: sts.address }),
        expect: `exported ${size.toLocaleString('en')} sessions`,
      });
  try {
    const lines = [];
    for (const format of ['csv', 'ndjson']) {
      const ways = {
        few: run(format, few.address, sizes[0]),
        many: run(format, many.address, sizes[1]),
      };
      const peaks = await inTurns(ways, 3);
      lines.push(
        line(
          `export --format ${format}: ${sizes[1]} rows against ${sizes[0]}`,
          '≤',
          1.2,
          peaks.many.peak / peaks.few.peak,
          { unit: ' × its peak', peak: peaks.many.peak },
        ),
      );
    }
    return lines;
  } finally {
    few.stop();
    many.stop();
    sts.stop();
  }
}
