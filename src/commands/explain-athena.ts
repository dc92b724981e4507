import type { EventOptions } from '../options/check/event-options.js';
import type { Done, Run } from '../run/run.js';
import { openWriter } from '../sinks/open.js';
import type { Statement } from '../sources/athena/statements.js';
import { openEvents } from '../sources/open-events.js';
import { textOnly } from './text-only.js';

/** Prints the statements that Athena may be asked, with their parameters. Looks the table up, and runs nothing. */
export async function explainAthena(
  { from, role, output }: EventOptions,
  isAudit: boolean,
  { world, context }: Run,
): Promise<Done> {
  const { athena, dispose } = await openEvents({ ...from, role }, world.stdin, context);
  const statements = athena?.statements(isAudit) ?? [];
  await openWriter(output, world)(textOnly(statements.map(explained).join('\n')));
  await dispose();
  return { lines: [] };
}

function explained({ title, sql }: Statement, at: number): string {
  const parameters = sql.parameters.map((value, n) => `-- ?${n + 1} = ${value}\n`);
  return `-- ${at + 1}. ${title}\n${sql.text};\n${parameters.join('')}`;
}
