import type { Writable } from 'node:stream';
import { printable } from '../text/terminal-text.js';

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
  readonly #stderr: Writable & { readonly columns?: number };
  readonly #options: ReporterOptions;
  #timer: NodeJS.Timeout | undefined;
  #shown = false;

  constructor(stderr: Writable & { readonly columns?: number }, options: ReporterOptions) {
    this.#stderr = stderr;
    this.#options = options;
  }

  /** Said whatever the options, with a hint below it. */
  error(text: string, hint?: string): void {
    this.#print([`sentinel-audit: ${text}`, ...(hint === undefined ? [] : [`  ${hint}`])]);
  }

  /** What is wrong with an option, in a line for each problem. */
  problems(option: string, text: string, hint?: string): void {
    const [first = '', ...others] = text.split('\n');
    for (const problem of others.length === 0 ? [] : [first, ...others].slice(0, -1)) {
      this.error(`${option}: ${problem}`);
    }
    this.error(`${option}: ${others.at(-1) ?? first}`, hint);
  }

  /** Said as it is, on several lines: what only the program itself can have written. */
  stack(text: string): void {
    this.#print(text.split('\n'));
  }

  note(text: string): void {
    if (!this.#options.quiet) this.#print([`note: ${text}`]);
  }

  detail(text: string): void {
    if (this.#options.verbose && !this.#options.quiet) this.#print([text]);
  }

  summary(lines: readonly string[]): void {
    if (!this.#options.quiet) this.#print(lines);
  }

  /** Shows what `line` says, five times a second, until {@link stop}. */
  start(line: () => string): void {
    if (!this.#options.progress || this.#options.quiet) return;
    this.#timer = setInterval(() => {
      this.#shown = true;
      this.#stderr.write(`${ERASE_LINE}${printable(line(), (this.#stderr.columns ?? 80) - 1)}`);
    }, PROGRESS_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #print(lines: readonly string[]): void {
    this.#erase();
    this.#stderr.write(lines.map((line) => `${printable(line)}\n`).join(''));
  }

  #erase(): void {
    if (this.#shown) this.#stderr.write(ERASE_LINE);
    this.#shown = false;
  }
}
