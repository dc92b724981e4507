import { ValueError } from '../../errors.js';

/** A piece of SQL, and the values of its `?` in their order, each written as a literal of SQL. */
export interface Sql {
  readonly text: string;
  readonly parameters: readonly string[];
}

/** What one execution parameter of Athena may have (Athena API reference, StartQueryExecution). */
const LONGEST_PARAMETER = 1024;

/**
 * SQL as it is written, in which a text or a number becomes a parameter and only other SQL becomes SQL.
 *
 * @throws ValueError for a text that is too long for a parameter.
 */
export function sql(
  texts: TemplateStringsArray,
  ...parts: readonly (Sql | string | number)[]
): Sql {
  const pieces = parts.map((part) =>
    typeof part === 'object' ? part : { text: '?', parameters: [literal(part)] },
  );
  return {
    text: texts.map((text, at) => text + (pieces[at]?.text ?? '')).join(''),
    parameters: pieces.flatMap(({ parameters }) => parameters),
  };
}

/** Several pieces with a text between them. */
export function joined(pieces: readonly Sql[], between: string): Sql {
  return {
    text: pieces.map(({ text }) => text).join(between),
    parameters: pieces.flatMap(({ parameters }) => parameters),
  };
}

/** SQL of this program's own: never of anything that was given to it. */
export function plain(text: string): Sql {
  return { text, parameters: [] };
}

/** A name of a database, a table or a column, in quotes: it can never be a parameter. @throws ValueError */
export function identifier(name: string): Sql {
  // oxlint-disable-next-line no-control-regex -- those are what no name has
  if (name !== '' && !/[\x00-\x1f\x7f]/.test(name)) return plain(`"${name.replaceAll('"', '""')}"`);
  throw new ValueError(`"${name}" cannot be the name of a table or a column`);
}

/** A text as a literal of SQL, where no parameter can stand. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function literal(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : quotedText(value);
  if (text.length <= LONGEST_PARAMETER) return text;
  throw new ValueError(`a text of ${text.length} characters is too long to ask Athena for`);
}
