import { SourceError } from '../../errors.js';
import { printable } from '../../text/terminal-text.js';
import { nearName } from '../../text/near-name.js';
import { grouped } from '../../text/quantity.js';
import { SESSION_FIELDS } from '../../model/session/session.js';

const KNOWN: readonly string[] = Object.keys(SESSION_FIELDS);

/** How many names the rows of one file may have: each is compared with all of ours. */
const MOST_NAMES = 10_000;

/** How many unknown names are shown of one file. */
const MOST_SHOWN = 10;

/**
 * The names of the fields in one place: columns of a CSV, keys of JSON, attributes of a table. A name is looked
 * at once, but for one that is nearly a known one: each row that has it must have the known one too.
 */
export class FieldNames {
  readonly #seen = new Set<string>();
  readonly #unknown: string[] = [];
  /** Names that are nearly known ones, each with the one that may be meant. */
  readonly #near = new Map<string, string>();
  /** Those of them that stood in a row without the one that may be meant. */
  readonly #misspelt = new Set<string>();
  /** The names of the row before: most rows have the same. */
  #before: readonly string[] = [];

  /** Takes the names of a header, or of a row. */
  note(names: readonly string[]): void {
    if (areSame(names, this.#before)) return;
    this.#before = names;
    for (const name of names) {
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      if (KNOWN.includes(name)) continue;
      this.#unknown.push(name);
      const meant = nearName(name, KNOWN);
      if (meant !== undefined) this.#near.set(name, meant);
    }
    if (this.#near.size === 0) return;
    for (const name of names) {
      const meant = this.#near.get(name);
      if (meant !== undefined && !names.includes(meant)) this.#misspelt.add(name);
    }
  }

  /** The names that stood in a row in place of a known one, each with what may be meant. */
  misspelt(): readonly string[] {
    return [...this.#misspelt].map(
      (name) => `"${printable(name, 60)}" (is ${this.#near.get(name)} meant?)`,
    );
  }

  /**
   * Takes the names of a header, or of a row, of a file.
   *
   * @throws SourceError for a name that is nearly a known one that the header or the row does not have: what is
   *   in it would be lost, and an old row could win over a newer one; and for more names than any table has.
   */
  take(names: readonly string[]): void {
    if (Math.max(names.length, this.#seen.size) > MOST_NAMES) {
      throw new SourceError(`it has more than ${grouped(MOST_NAMES)} different fields`);
    }
    this.note(names);
    if (this.#misspelt.size === 0) return;
    throw new SourceError(
      `these names are nearly those of fields: ${this.misspelt().join(', ')}; write them as they are meant`,
    );
  }

  /** What is shown of the names that no field has; undefined where there are none. */
  noteOf(file: string): string | undefined {
    if (this.#unknown.length === 0) return undefined;
    const shown = this.#unknown.slice(0, MOST_SHOWN).map((name) => printable(name, 60));
    const more = this.#unknown.length - shown.length;
    return `${file}: fields that are not known are not read: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
}

function areSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let at = 0; at < names.length; at++) if (names[at] !== others[at]) return false;
  return true;
}
