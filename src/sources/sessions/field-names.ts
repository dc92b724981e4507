import { SourceError } from '../../errors.js';
import { printable } from '../../text/terminal-text.js';
import { nearName } from '../../text/near-name.js';
import { FIELD } from '../../model/session/session.js';

const KNOWN: readonly string[] = Object.keys(FIELD);

/** How many unknown names are said of one file. */
const MOST_SAID = 10;

/** The names of the fields in one place: columns of a CSV, keys of JSON, attributes of a table. */
export class FieldNames {
  readonly #seen = new Set<string>();
  readonly #unknown: string[] = [];

  /** Takes the names of a header, or of a row. */
  note(names: readonly string[]): void {
    for (const name of names) {
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      if (!KNOWN.includes(name)) this.#unknown.push(name);
    }
  }

  /** The names that are nearly known ones that were not seen, each with what may be meant. */
  misspelt(): readonly string[] {
    return this.#unknown.flatMap((name) => {
      const meant = nearName(name, KNOWN);
      return meant === undefined || this.#seen.has(meant)
        ? []
        : [`"${printable(name, 60)}" (is ${meant} meant?)`];
    });
  }

  /**
   * Takes the names of a header, or of a row, of a file.
   *
   * @throws SourceError for a name that is nearly a known one that the file does not have: what is in it would
   *   be lost, and an old row could win over a newer one.
   */
  take(names: readonly string[]): void {
    const before = this.#seen.size;
    this.note(names);
    const misspelt = this.#seen.size === before ? [] : this.misspelt();
    if (misspelt.length === 0) return;
    throw new SourceError(
      `these names are nearly those of fields: ${misspelt.join(', ')}; write them as they are meant`,
    );
  }

  /** What is said of the names that no field has; undefined where there are none. */
  noteOf(file: string): string | undefined {
    if (this.#unknown.length === 0) return undefined;
    const said = this.#unknown.slice(0, MOST_SAID).map((name) => printable(name, 60));
    const more = this.#unknown.length - said.length;
    return `${file}: fields that are not known are not read: ${said.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
}
