/**
 * What a spreadsheet would run, or take the defence off: any number of `'`, then a dangerous character. The wide
 * signs are those of East Asian keyboards, which some spreadsheets take for the narrow ones.
 */
const DANGEROUS = /^'*[=+\-@\t\r\n＝＋－＠]/;
const DEFUSED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/**
 * A CSV cell that no spreadsheet runs as a formula (OWASP, CSV injection): one `'` before a dangerous
 * start, and one more where there is one already, so that {@link unescapeFormula} gives back exactly the text.
 */
export function escapeFormula(cell: string): string {
  return DANGEROUS.test(cell) ? `'${cell}` : cell;
}

/** What {@link escapeFormula} was given. */
export function unescapeFormula(cell: string): string {
  return DEFUSED.test(cell) ? cell.slice(1) : cell;
}
