import type { EventOptions } from '../options/check/event-options.js';
import type { Done, Run } from '../run/run.js';
import { openWriter } from '../sinks/open.js';
import { openCarrier } from '../sources/open-carrier.js';

/** Prints the statements that Athena may be asked, with their parameters. Looks the table up, and runs nothing. */
export async function explainAthena(
  { from, kinds, output }: EventOptions,
  isAudit: boolean,
  { world, context }: Run,
): Promise<Done> {
  const carrier = await openCarrier(from, world.stdin, context);
  try {
    const text = (await carrier.explain?.(isAudit ? kinds : undefined)) ?? '';
    await openWriter(output, world)([text]);
  } finally {
    await carrier.dispose();
  }
  return { lines: [] };
}
