import type { Writable } from 'node:stream';
import { printable } from './model/printable.js';

export interface ReporterOptions {
  /** Only errors. */
  readonly quiet: boolean;
  /** How things are done, too. */
  readonly verbose: boolean;
  /** A line that is rewritten while the run goes on. */
  readonly progress: boolean;
}

const PROGRESS_EVERY_MS = 200;
const ERASE_LINE = '\r\u001b[2K';

/**
 * Everything that is said on standard error: errors, notes, progress, the closing summary. What acts on a
 * terminal is shown, not sent, whoever wrote it.
 */
export class Reporter {
  readonly #stderr: Writable;
  readonly #options: ReporterOptions;
  #timer: NodeJS.Timeout | undefined;
  #shown = false;

  constructor(stderr: Writable, options: ReporterOptions) {
    this.#stderr = stderr;
    this.#options = options;
  }

  /** Said whatever the options. Lines after the first are hints. */
  error(text: string): void {
    this.#print(`sentinel-audit: ${text}`);
  }

  note(text: string): void {
    if (!this.#options.quiet) this.#print(`note: ${text}`);
  }

  detail(text: string): void {
    if (this.#options.verbose && !this.#options.quiet) this.#print(text);
  }

  summary(lines: readonly string[]): void {
    if (!this.#options.quiet) this.#print(lines.join('\n'));
  }

  /** Shows what `line` says, five times a second, until {@link stop}. */
  start(line: () => string): void {
    if (!this.#options.progress || this.#options.quiet) return;
    this.#timer = setInterval(() => {
      this.#shown = true;
      this.#stderr.write(`${ERASE_LINE}${printable(line(), 100)}`);
    }, PROGRESS_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #print(text: string): void {
    this.#erase();
    const lines = text.split('\n').map((line) => printable(line));
    this.#stderr.write(`${lines.join('\n')}\n`);
  }

  #erase(): void {
    if (this.#shown) this.#stderr.write(ERASE_LINE);
    this.#shown = false;
  }
}
