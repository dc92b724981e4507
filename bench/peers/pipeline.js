// Rows through so many steps of the pipeline, a filter and a change in turns, each batch as large as a page.
import { pipe } from '../../dist/pipeline/pipe.js';
import { filter } from '../../dist/transforms/filter.js';
import { map } from '../../dist/transforms/map.js';
import { timed } from './work.js';

const [, , rows = '0', steps = '0'] = process.argv;
const BATCH = 1000;

async function* source() {
  const batch = Array.from({ length: BATCH }, (_, n) => ({ n }));
  for (let sent = 0; sent < Number(rows); sent += BATCH) yield batch;
}

const sink = async (/** @type {AsyncIterable<readonly { n: number }[]>} */ batches) => {
  let count = 0;
  for await (const batch of batches) count += batch.length;
  return count;
};

await timed(() => {
  if (steps === '0') return pipe(source(), sink);
  return pipe(
    source(),
    filter(({ n }) => n >= 0),
    map(({ n }) => ({ n: n + 1 })),
    filter(({ n }) => n > 0),
    map(({ n }) => ({ n: n - 1 })),
    sink,
  );
});
