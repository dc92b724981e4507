import { archiveOnce, takeStock } from '../archive/archive-run.js';
import { removeUnnamed } from '../archive/archive-place.js';
import { compactArchive } from '../archive/compact-archive.js';
import { stockText } from '../archive/stock-text.js';
import { SYSTEM_CLOCK } from '../aws/clock.js';
import { formatSeconds } from '../model/time/instant.js';
import type { ArchiveOptions } from '../options/check/archive-options.js';
import { identityLines, whoAsks } from '../run/who-asks.js';
import type { Done, Run } from '../run/run.js';
import { openWriter } from '../sinks/open.js';
import { openStreamedTable } from '../sources/open-streamed-table.js';
import { count } from '../text/quantity.js';
import { archiveCaveats } from '../archive/archive-caveats.js';

/** Adds to an archive what the stream of the table has shown since the last run: once, or until it is interrupted. */
export async function archive(
  options: ArchiveOptions,
  { world, context, reporter }: Run,
): Promise<Done> {
  const { signal } = context;
  const { to, from } = options;
  const place = { folder: to, storage: world.storageOf(to), signal, unnamed: new Set<string>() };
  const identity = whoAsks(from, context);
  const started = SYSTEM_CLOCK.now();
  const now = (): number => world.now.seconds + (SYSTEM_CLOCK.now() - started) / 1000;
  const source = await openStreamedTable(from, now, context);
  const work = { name: from.table, source, place, context };
  try {
    if (options.dryRun) {
      const stock = await takeStock(work);
      await openWriter({ out: undefined }, world)([stockText(stock, options)]);
      return { lines: identityLines(await identity) };
    }
    for (;;) {
      const { record, rows, gap } = await archiveOnce(work);
      const until = formatSeconds({ seconds: record.spans.at(-1)!.to, nanos: 0 });
      const lines = [`archived ${count(rows, 'row')}: all sessions until ${until} are there`];
      if (options.compact) {
        const { before, after } = await compactArchive(place, context);
        lines.push(`merged ${count(before, 'file')} into ${after}`);
      }
      const caveats = archiveCaveats(gap);
      if (options.every === undefined) {
        return { lines: [...lines, ...identityLines(await identity)], caveats };
      }
      for (const line of lines) context.note(line);
      for (const { text } of caveats) reporter.error(text);
      await SYSTEM_CLOCK.sleep(options.every * 1000, signal);
    }
  } finally {
    await removeUnnamed(place);
    source.close();
  }
}
