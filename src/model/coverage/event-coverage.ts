/** Which part of the trail was read. */
export interface EventCoverage {
  /** The accounts of the calls that were read, sorted; undefined where the carrier does not show them. */
  readonly accounts: readonly string[] | undefined;
  /** The regions that were asked, else those of the calls that were read, sorted. */
  readonly regions: readonly string[];
  /** The days of the first and the last call that was read: `2026-01-20`. */
  readonly firstDay: string | undefined;
  readonly lastDay: string | undefined;
  /** How many log files were read; undefined for other carriers. */
  readonly files: number | undefined;
  /** What is known to be missing, a sentence each. */
  readonly missing: readonly string[];
  /** What was asked for and shows in no log file: `account 111122223333`, `region eu-west-1`. */
  readonly unseen: readonly string[];
}
