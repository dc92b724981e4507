import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../src/checkpoint/export-checkpoint.js';
import { seeded } from '../support/busy-table.js';
import { type Ended, cli, scratch } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { startProgram } from '../support/program.js';
import { type Fault, type Proxy, startProxy } from '../support/proxy.js';
import { sessionRows } from '../support/sessions.js';

const KILLS = Number(process.env['CHECKPOINT_KILLS'] ?? 6);
const SEED = Number(process.env['CHECKPOINT_SEED'] ?? 1);

let endpoint: Endpoint;
let proxy: Proxy;
let fault: (number: number) => Fault | undefined = () => undefined;
/** Rows of a table, some of which cannot be understood. */
const ROWS = 6000;
const BAD = 3;

beforeAll(async () => {
  endpoint = await startDynalite();
  const rows = sessionRows(ROWS).map((row) => ({ ...row, revoked_reason: 'x'.repeat(1000) }));
  await createTable(endpoint.url, 'sentinel-sessions', rows);
  const bad = sessionRows(400).map((row, n) => (n < BAD ? { ...row, created_at: 'never' } : row));
  await createTable(endpoint.url, 'with-bad-rows', bad);
  proxy = await startProxy(endpoint.url, (operation) =>
    operation === 'Scan' ? fault(scans++) : undefined,
  );
});
afterAll(async () => {
  proxy.close();
  await endpoint.close();
});
let scans = 0;
let runs = 0;

/** Breaks the scan after some pages. */
function failAfter(pages: number): void {
  scans = 0;
  fault = (number) =>
    number < pages ? undefined : { kind: 'error', status: 400, type: 'ExpiredTokenException' };
}

function mend(): void {
  fault = () => undefined;
}

/** An export in a folder of its own. */
class Export {
  readonly folder = scratch();
  readonly out: string;
  readonly file = join(this.folder, 'checkpoint');
  readonly more: readonly string[];

  constructor(name = 'x.csv', ...more: readonly string[]) {
    this.out = join(this.folder, name);
    this.more = more;
  }

  get args(): readonly string[] {
    return ['export', '--out', this.out, '--checkpoint', this.file, ...this.more];
  }

  run(...more: readonly string[]): Promise<Ended> {
    return cli([...this.args, ...more], { env: this.env });
  }

  get env(): Record<string, string> {
    return { AWS_ENDPOINT_URL: proxy.url };
  }

  get text(): string {
    const bytes = readFileSync(this.out);
    return (this.out.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  }

  get files(): string[] {
    return readdirSync(this.folder);
  }

  /** The position of each segment, as the scan is asked for it. */
  get positions(): readonly unknown[] {
    const text = existsSync(this.file) ? readFileSync(this.file, 'utf8') : '';
    if (!text.includes('\n')) return []; // a run has just begun
    return parseCheckpoint(text).positions.map(({ after, isDone }) => isDone || after);
  }
}

/** The lines of an export that nothing has disturbed, the header first. */
async function quiet(name: string, ...more: readonly string[]): Promise<string[]> {
  const folder = scratch();
  const out = join(folder, name.replace('.gz', ''));
  await cli(['export', '--out', out, ...more], { env: { AWS_ENDPOINT_URL: endpoint.url } });
  return linesOf(readFileSync(out, 'utf8'));
}

function linesOf(text: string): string[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  return [head, ...lines.toSorted()];
}

describe('export --checkpoint', () => {
  it.each([
    ['x.csv', []],
    ['x.csv.gz', ['--segments', '5', '--columns', 'all']],
    ['x.ndjson', ['--segments', '3']],
    ['x.ndjson.gz', ['--profile', 'prod']],
  ])(
    `%s %j is killed ${KILLS} times, and has every row once; no page that was done is read again`,
    async (name, more) => {
      const random = seeded(SEED);
      const whole = await quiet(name, ...more);
      let kills = 0;
      while (kills < KILLS) {
        const work = new Export(name, ...more);
        for (; kills < KILLS && !existsSync(work.out); kills++) {
          const before = work.positions;
          const seen = await killed(work, Math.floor(random() * 5), random() * 60);
          expect([kills, firstOfEach(seen, before)]).toEqual([kills, []]);
        }
        // The last kill may have come just before the checkpoint was removed.
        if (!existsSync(work.out) || existsSync(work.file)) expect((await work.run()).code).toBe(0);
        expect(linesOf(work.text)).toEqual(whole);
        expect(work.files).toEqual([name]);
        expect(statSync(work.out).mode & 0o777).toBe(0o600);
      }
    },
  );

  /** Starts an export, and kills it some time after some pages have been read: what it has asked for. */
  async function killed(work: Export, pages: number, millis: number): Promise<Proxy['seen']> {
    const name = `run${++runs}`;
    const asked = (): Proxy['seen'] => proxy.seen.filter(({ key }) => key === name);
    const child = startProgram(work.args, { env: { ...work.env, AWS_ACCESS_KEY_ID: name } });
    const closed = once(child, 'close');
    while (child.exitCode === null && asked().length < pages + 1) await sleep(1);
    await sleep(millis);
    child.kill('SIGKILL');
    await closed;
    return asked();
  }

  /** Requests that do not begin where the checkpoint stood. */
  function firstOfEach(seen: Proxy['seen'], before: readonly unknown[]): unknown[] {
    const met = new Set<unknown>();
    const firsts = seen.filter(({ operation, body }) => {
      const isFirst = !met.has(body['Segment']);
      if (/Scan|Query/.test(operation)) met.add(body['Segment']);
      return isFirst && /Scan|Query/.test(operation);
    });
    return firsts.filter(({ body }) => {
      const position = before[Number(body['Segment'] ?? 0)];
      return JSON.stringify(position) !== JSON.stringify(body['ExclusiveStartKey']);
    });
  }

  it('counts the rows of all runs, and asks for nothing twice', async () => {
    const work = new Export();
    const seen = proxy.seen.length;
    failAfter(3);
    const failed = await work.run();
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(/note: [\d,]+ sessions are safe: the same command goes on after/);
    expect(work.files.length).toBe(2);
    mend();
    const { code, stderr } = await work.run();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /note: going on with .*checkpoint: [1-9][\d,]* sessions are there already/,
    );
    expect(stderr).toContain('exported 6,000 sessions: 6,000 rows read = 6,000 kept');
    const pages = proxy.seen.slice(seen).filter(({ operation }) => operation === 'Scan');
    const distinct = new Set(pages.map(({ body }) => JSON.stringify(body)));
    expect(pages.length - distinct.size).toBeLessThanOrEqual(2 * 4); // what the segments had under way
    expect(work.files).toEqual(['x.csv']);
  });

  it('a row that could not be understood in an earlier run still makes 3', async () => {
    const work = new Export('x.csv', '--table', 'with-bad-rows', '--max-rcu', '5');
    failAfter(4);
    expect((await work.run()).code).toBe(3);
    mend();
    const { code, stderr } = await work.run();
    expect(code).toBe(3);
    expect(stderr).toContain(`${BAD} rows could not be understood`);
    expect(stderr).toContain(
      '400 rows read = 397 kept + 0 filtered out + 0 superseded + 3 rejected',
    );
    expect(existsSync(work.out)).toBe(true);
  });

  it('a window is measured back from when the export began', async () => {
    const at = (text: string): { seconds: number; nanos: number } => ({
      seconds: Date.parse(text) / 1000,
      nanos: 0,
    });
    const work = new Export('x.csv', '--since', '3h');
    failAfter(1);
    const begun = at('2026-01-18T00:00:00Z');
    await cli(work.args, { env: work.env, now: begun });
    mend();
    await cli(work.args, { env: work.env, now: at('2026-03-01T00:00:00Z') });
    const whole = new Export('y.csv', '--since', '3h');
    await cli(whole.args, { env: whole.env, now: begun });
    expect(linesOf(work.text)).toEqual(linesOf(whole.text));
  });

  it.each([
    [['--status', 'revoked'], '--status was not given, and is revoked'],
    [['--since', '2020-01-01'], '--since was not given, and is 2020-01-01'],
    [['--segments', '2'], '--segments was not given, and is 2'],
    [['--columns', 'id'], '--columns was not given, and is id'],
    [['--format', 'ndjson'], '--format was csv, and is ndjson'],
    [['--csv-raw'], '--csv-raw was false, and is true'],
    [['--table', 'with-bad-rows'], 'the table was arn:'],
  ])('with %j it is the checkpoint of another export', async (more, reason) => {
    const work = new Export();
    failAfter(1);
    await work.run();
    mend();
    const files = work.files;
    const { code, stderr } = await work.run(...more);
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
    expect(work.files).toEqual(files);
  });

  it.each([
    [['--out', '-'], 'needs --out FILE'],
    [['--out', 's3://bucket/x.csv'], 'an object in S3 cannot grow'],
    [['--format', 'json'], 'json cannot grow'],
    [['--format', 'table'], 'table cannot grow'],
    [['--out', 'x.parquet'], 'parquet cannot grow'],
    [['--sessions', '/dev/null'], 'for the live table alone'],
    [['--rejects', 'rejects.ndjson'], 'cannot be combined with --rejects'],
    [['--partition-by', 'day', '--out', 'lake'], 'cannot be combined with --partition-by'],
    [['--checkpoint', '-'], 'needs a file of this machine'],
    [['--checkpoint', '/dev/null'], 'no regular file'],
    [['--out', '/dev/null'], 'an output that is a regular file'],
    [['--out', 'c', '--checkpoint', 'c'], 'is the same file as --out'],
  ])('%j is refused with the reason', async (more, reason) => {
    const args = ['export', '--out', 'x.csv', '--checkpoint', 'c'];
    const named = new Set(more.filter((word) => word.startsWith('--')));
    const base = args.filter((word, at) => !named.has(word) && !named.has(args[at - 1] ?? ''));
    const { code, stderr } = await cli([...base, ...more], { cwd: scratch() });
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });

  it('a file that is no checkpoint, or is damaged, is left as it is', async () => {
    const work = new Export();
    failAfter(2);
    await work.run();
    mend();
    const text = readFileSync(work.file, 'utf8');
    const lines = text.split('\n');
    const damaged = [
      'hello\n',
      '{}\n',
      text.replace('"version":1', '"version":2'),
      [lines[0], '{"segment":', ...lines.slice(1)].join('\n'),
      text.replace(/"name":"[^"]*"/, '"name":"../../etc/passwd"'),
    ];
    for (const one of damaged) {
      writeFileSync(work.file, one);
      const { code, stderr } = await work.run();
      expect([one, code, stderr]).toEqual([one, 2, expect.stringContaining('checkpoint: it ')]);
      expect(readFileSync(work.file, 'utf8')).toBe(one);
    }
    writeFileSync(work.file, text);
    expect((await work.run()).code).toBe(0);
  });

  it('an empty one, or one that was torn where it begins, is none yet', async () => {
    for (const text of ['', '{"format":"sentinel-audit check']) {
      const work = new Export('x.csv', '--table', 'with-bad-rows');
      writeFileSync(work.file, text);
      expect([text, (await work.run()).code, work.files]).toEqual([text, 3, ['x.csv']]);
    }
  });

  it('another file of the same size is not taken for the output', async () => {
    const whole = new Export();
    await whole.run();
    const work = new Export();
    writeFileSync(work.out, whole.text.replaceAll('alice', 'ALICE'));
    failAfter(3);
    await work.run();
    mend();
    const text = readFileSync(work.file, 'utf8');
    const { part } = parseCheckpoint(text);
    const lines = text.trimEnd().split('\n');
    const done = Array.from({ length: 4 }, (_, segment) =>
      JSON.stringify({
        segment,
        done: true,
        totals: { read: 6000, rejected: 0, exported: 6000 },
        part: { ...part, bytes: statSync(work.out).size },
      }),
    );
    const segments = parseCheckpoint(text).positions.length;
    writeFileSync(work.file, `${[...lines, ...done.slice(0, segments)].join('\n')}\n`);
    const name = work.files.find((one) => one.endsWith('.part'))!;
    rmSync(join(work.folder, name));
    const { code, stderr } = await work.run();
    expect([code, stderr]).toEqual([3, expect.stringContaining('is gone or damaged')]);
  });

  it.each(['a\\b c.csv', `${'x'.repeat(39)}😀.csv`, `${'ü'.repeat(120)}.csv`])(
    'goes on with the output %j, and leaves nothing',
    async (name) => {
      const work = new Export(name);
      failAfter(2);
      await work.run();
      mend();
      expect((await work.run()).code).toBe(0);
      expect(work.files).toEqual([name]);
    },
  );

  it('leaves the rows of another checkpoint of the same output', async () => {
    const [one, other] = [new Export(), new Export()];
    const args = other.args.map((word) => (word === other.out ? one.out : word));
    for (const words of [one.args, args]) {
      failAfter(2);
      await cli(words, { env: one.env });
    }
    mend();
    expect((await one.run()).code).toBe(0);
    expect((await cli(args, { env: one.env })).code).toBe(0);
    expect(one.files).toEqual(['x.csv']);
  });

  it('without the rows it is of no use', async () => {
    const work = new Export();
    failAfter(2);
    await work.run();
    mend();
    const part = work.files.find((name) => name.endsWith('.part'))!;
    writeFileSync(join(work.folder, part), '');
    const { code, stderr } = await work.run();
    expect([code, stderr]).toEqual([3, expect.stringContaining('is gone or damaged')]);
    expect(stderr).toContain('remove the checkpoint to begin anew');
  });

  it('of two runs at once the later one goes on, and the earlier one ends', async () => {
    const work = new Export('x.csv', '--max-rcu', '20', '--table', 'with-bad-rows');
    const first = startProgram(work.args, { env: work.env });
    let said = '';
    first.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const closed = once(first, 'close');
    while (work.positions.length === 0) await sleep(5);
    const second = await work.run();
    const [code] = (await closed) as [number];
    expect([second.code, code]).toEqual([3, 3]);
    expect(said).toContain('another run goes on with');
    expect(linesOf(work.text).length).toBe(1 + 397);
    expect(work.files).toEqual(['x.csv']);
  });

  it('an output without rows is whole, too', async () => {
    for (const name of ['x.csv', 'x.ndjson.gz']) {
      const work = new Export(name, '--user', 'nobody');
      expect((await work.run()).code).toBe(0);
      expect(work.text).toBe(
        (await quiet(name, '--user', 'nobody')).join('\n') + (name === 'x.csv' ? '\n' : ''),
      );
    }
  });
});
