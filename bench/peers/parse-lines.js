// JSON.parse of each line of a file, read with node:readline.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { timed } from './work.js';

await timed(async () => {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(process.argv[2] ?? '') })) {
    count += Object.keys(JSON.parse(line)).length;
  }
  return count;
});
