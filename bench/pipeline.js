// Four steps between a source and a sink: nanoseconds of CPU for each row that goes through all of them.
import { inTurns, line, peer } from './measure.js';

const ROWS = 5_000_000;

export async function measure() {
  const { four, none } = await inTurns({
    four: () => peer('pipeline', [String(ROWS), '4']),
    none: () => peer('pipeline', [String(ROWS), '0']),
  });
  const nanoseconds = ((four.cpu - none.cpu) / ROWS) * 1e9;
  return [
    line('four steps, a row', '≤', 60, nanoseconds, { unit: ' ns', digits: 0, peak: four.peak }),
  ];
}
