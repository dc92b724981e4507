import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Reporter } from './reporter.js';
import type { World } from './run.js';

/**
 * A way to ask the user: the question on standard error, a line of standard input as the answer, empty where
 * the input ends. Undefined unless both are a terminal. The progress line stops for good. Rejects with the
 * reason of the signal.
 */
export function askerAt(
  {
    stdin,
    stderr,
    signal,
  }: Pick<World, 'stderr' | 'signal'> & {
    readonly stdin: Readable & { readonly isTTY?: boolean };
  },
  reporter: Pick<Reporter, 'stop'>,
): ((question: string) => Promise<string>) | undefined {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined;
  return async (question) => {
    reporter.stop();
    const { createInterface } = await import('node:readline/promises');
    // The terminal itself edits the line, and makes Ctrl-C the signal that it is everywhere else.
    const terminal = createInterface({ input: stdin, output: stderr, terminal: false });
    const ended = once(terminal, 'close').then(() => '');
    try {
      return await Promise.race([terminal.question(question, { signal }), ended]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      terminal.close();
    }
  };
}
