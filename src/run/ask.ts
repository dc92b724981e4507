import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import type { Reporter } from './reporter.js';
import type { World } from './run.js';

/**
 * A way to ask the user: the question on standard error, the answer from standard input. Undefined unless both
 * are a terminal. The progress line stops for good. Rejects with the reason of the signal, also where Ctrl-C
 * is typed as the answer.
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
    const terminal = createInterface({ input: stdin, output: stderr });
    try {
      return await terminal.question(question, { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      terminal.close();
    }
  };
}
