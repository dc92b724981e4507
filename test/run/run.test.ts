import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Counters } from '../../src/pipeline/read-context.js';
import type { RunOptions } from '../../src/options/check/output-options.js';
import { type World, run } from '../../src/run/run.js';
import { openSink } from '../../src/sinks/open.js';

const options: RunOptions = {
  quiet: false,
  verbose: false,
  progress: true,
  strict: false,
  rejects: undefined,
};

/** One terminal that shows both outputs, in the order in which they come. */
function terminal(): { world: World; shown: () => string } {
  let text = '';
  const screen = (): World['stdout'] =>
    Object.assign(
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          text += chunk.toString();
          done();
        },
      }),
      { isTTY: true, columns: 40 },
    );
  const { signal } = new AbortController();
  const world = {
    env: {},
    stdin: new PassThrough(),
    stdout: screen(),
    stderr: screen(),
    signal,
    now: { seconds: 0, nanos: 0 },
  };
  return { world, shown: () => text };
}

it('progress is erased before rows come, and does not come back', async () => {
  const { world, shown } = terminal();
  const code = await run(options, world, async ({ world: inner, context }) => {
    context.meter.rows = 12_345;
    async function* rows(): AsyncGenerator<{ a: number }[]> {
      await sleep(500);
      yield [{ a: 1 }];
      await sleep(500);
      yield [{ a: 2 }];
    }
    const output = { format: 'csv', out: undefined, csvRaw: false } as const;
    const columns = [{ name: 'a', title: 'A', width: 3, of: (row: { a: number }) => row.a }];
    const sink = openSink(output, inner, { list: 'rows', columns, color: false, empty: '' });
    await sink(rows());
    return { lines: [] };
  });
  expect(code).toBe(0);
  const text = shown();
  expect(text).toContain('12,345 rows read');
  expect(text).toContain('\r\u001b[2Ka\n1\n2\n');
  for (const line of text.split('\r\u001b[2K'))
    expect(line.split('\n', 1)[0]!.length).toBeLessThan(40);
});

it('a run that is not complete fails, whatever was found', async () => {
  const { world } = terminal();
  const code = await run({ ...options, quiet: true }, world, async ({ context }) => {
    context.reject({ kind: 'row', place: 'here', reason: 'bad' });
    return { lines: [], exitCode: 1 };
  });
  expect(code).toBe(3);
  expect(new Counters().complete).toBe(true);
});
