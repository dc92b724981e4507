/** What a run of the program ends with; the same numbers whatever the command. */
export const ExitCode = {
  /** Done; nothing found. */
  Clean: 0,
  /** Done; findings. */
  Findings: 1,
  /** The command line, the environment or the config file is wrong; nothing was read. */
  Usage: 2,
  /** It could not be done, or not all of it. */
  Failed: 3,
  /** Ctrl-C. */
  Interrupted: 130,
  /** SIGTERM. */
  Terminated: 143,
  /** SIGHUP: the terminal is gone. */
  HungUp: 129,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What is known of a failure, for whoever decides what to do about it. What is not known is undefined. */
export interface ErrorFacts {
  /** `dynamodb:Scan`, as IAM spells it. */
  readonly action?: string | undefined;
  /** `table sentinel-sessions in eu-west-1`. */
  readonly resource?: string | undefined;
  /** The name of the error: that of the service, of Node, or of this program. */
  readonly code?: string | undefined;
  /** How often it was tried. */
  readonly attempts?: number | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  /** Host and port that were asked. */
  readonly host?: string | undefined;
  /** Host and port of the proxy that stood between. */
  readonly proxy?: string | undefined;
  /** `content-type` of an answer. */
  readonly contentType?: string | undefined;
  /** Where a redirect leads to. */
  readonly location?: string | undefined;
}

/** An error this program knows: one line for the reader, and a hint of what to try. */
export abstract class AuditError extends Error {
  abstract readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly facts: ErrorFacts | undefined;

  constructor(
    message: string,
    options: { hint?: string | undefined; facts?: ErrorFacts | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
    this.facts = options.facts;
  }
}

/** The command line, the environment or the config file is wrong. Thrown before anything is read. */
export class UsageError extends AuditError {
  readonly exitCode = ExitCode.Usage;
  /** The option as the user wrote it: `--since`. */
  readonly option: string;

  constructor(option: string, message: string, hint?: string) {
    super(message, { hint });
    this.option = option;
  }
}

/** What AWS would be asked with is wrong or missing, whoever gave it: a profile, a region, a certificate. */
export class ConfigurationError extends AuditError {
  readonly exitCode = ExitCode.Usage;
}

/**
 * A text is not a value of its kind. Says what is wrong with it, and not where it came from: whoever asked
 * for it turns this into a {@link UsageError} that names the option.
 */
export class ValueError extends AuditError {
  readonly exitCode = ExitCode.Usage;

  constructor(message: string, hint?: string) {
    super(message, { hint });
  }
}

/** A table, an API or a file could not be read, or not to its end. */
export class SourceError extends AuditError {
  readonly exitCode = ExitCode.Failed;
}

/** One row could not be understood. Says what was expected and what was found. */
export class RecordError extends AuditError {
  readonly exitCode = ExitCode.Failed;
}

/** The output could not be written. */
export class SinkError extends AuditError {
  readonly exitCode = ExitCode.Failed;
}

/** Whoever read the output has closed it, as `head` does: no error, but no reason to go on. */
export class HungUp extends AuditError {
  readonly exitCode = ExitCode.Clean;
}

/** The user or the system stopped the run. The reason of the signal that stops everything. */
export class Interruption extends AuditError {
  readonly exitCode: ExitCode;

  constructor(signal: keyof typeof STOPS) {
    const [message, exitCode] = STOPS[signal];
    super(message);
    this.exitCode = exitCode;
  }
}

/** What a signal is told as, and ends with. */
const STOPS = {
  SIGINT: ['interrupted', ExitCode.Interrupted],
  SIGTERM: ['terminated', ExitCode.Terminated],
  SIGHUP: ['hung up', ExitCode.HungUp],
} as const;

/** The exit code for an error that ended the run; an unknown error is a failure. */
export function exitCodeFor(error: unknown): ExitCode {
  return error instanceof AuditError ? error.exitCode : ExitCode.Failed;
}

/** One line for an error this program knows; undefined for any other, which has a stack. */
export function describe(error: unknown): string | undefined {
  if (error instanceof UsageError) return `${error.option}: ${error.message}`;
  return error instanceof AuditError ? error.message : undefined;
}
