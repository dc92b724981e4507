// JSON.parse of each line of a file.
import { readFileSync } from 'node:fs';
import { timed } from './work.js';

const text = readFileSync(process.argv[2] ?? '', 'utf8');
await timed(() => {
  let count = 0;
  for (
    let at = 0, end = text.indexOf('\n');
    end !== -1;
    at = end + 1, end = text.indexOf('\n', at)
  ) {
    count += Object.keys(JSON.parse(text.slice(at, end))).length;
  }
  return count;
});
