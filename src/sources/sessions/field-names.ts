import { SourceError } from '../../errors.js';
import { printable } from '../../text/terminal-text.js';
import { nearName } from '../../text/near-name.js';
import { FIELD } from '../../model/session/session.js';

const KNOWN: readonly string[] = Object.keys(FIELD);

/** How many unknown names are said of one file. */
const MOST_SAID = 10;

/** The names of the fields in one file: columns of a CSV, keys of JSON. */
export class FieldNames {
  readonly #seen = new Set<string>();
  readonly #unknown: string[] = [];

  /**
   * Takes the names of a header, or of a row.
   *
   * @throws SourceError for a name that is nearly a known one that the file does not have: what is in it would
   *   be lost, and an old row could win over a newer one.
   */
  take(names: readonly string[]): void {
    if (names.every((name) => this.#seen.has(name))) return;
    const more = names.filter((name) => !this.#seen.has(name));
    for (const name of more) this.#seen.add(name);
    const unknown = more.filter((name) => !KNOWN.includes(name));
    const misspelt = unknown.flatMap((name) => {
      const meant = nearName(name, KNOWN);
      return meant === undefined || this.#seen.has(meant)
        ? []
        : [`"${printable(name, 60)}" (is ${meant} meant?)`];
    });
    if (misspelt.length > 0) {
      throw new SourceError(
        `these names are nearly those of fields: ${misspelt.join(', ')}; write them as they are meant`,
      );
    }
    this.#unknown.push(...unknown);
  }

  /** What is said of the names that no field has; undefined where there are none. */
  noteOf(file: string): string | undefined {
    if (this.#unknown.length === 0) return undefined;
    const said = this.#unknown.slice(0, MOST_SAID).map((name) => printable(name, 60));
    const more = this.#unknown.length - said.length;
    return `${file}: fields that are not known are not read: ${said.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
}
