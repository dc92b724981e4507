import { formatSeconds } from '../model/time/instant.js';
import type { ArchiveOptions } from '../options/check/archive-options.js';
import { byteCount, count } from '../text/quantity.js';
import type { ArchiveStock } from './archive-run.js';

/** What a run would read and write, as a person reads it. */
export function stockText(
  { plan, table, shards, record }: ArchiveStock,
  { from, to, compact }: ArchiveOptions,
): string {
  const ended = record?.spans.at(-1)?.to;
  const last = ended === undefined ? '' : formatSeconds({ seconds: Math.floor(ended), nanos: 0 });
  const whole = `the whole table (about ${count(table.items, 'item')}, ${byteCount(table.bytes)}, ${count(Math.ceil(table.bytes / 8192), 'read unit')}), then all that its stream has`;
  const reads = {
    first: whole,
    continue: `what the stream has shown since ${last}`,
    gap: `${whole}; a gap since ${last} is recorded: ${plan.kind === 'gap' ? plan.reason : ''}`,
  };
  const isOpen = (id: string): boolean =>
    plan.kind !== 'continue' || plan.positions.get(id)?.isDone !== true;
  const open = shards.filter(({ id }) => isOpen(id)).length;
  return [
    `Table:   ${from.table} in ${table.region}`,
    `Stream:  ${table.stream}`,
    `Reads:   ${reads[plan.kind]}`,
    `Shards:  ${count(shards.length, 'shard')}, ${open} of them to read`,
    `Archive: ${to}, ${record === undefined ? 'new' : count(record.files.length, 'file')}${compact ? ', merged into one a day' : ''}`,
    '',
  ].join('\n');
}
