import stringWidth from 'string-width';
import type { Cell } from '../model/columns/column.js';
import { printable } from '../text/terminal-text.js';

/** UTF-16 units for each terminal cell, at the most, that are looked at. */
const MOST_UNITS = 16;

/** A cell as a table shows it: cut with `…` where it is wider than its column; numbers never are. */
export function fit(cell: Cell, width: number): string {
  if (cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  // What is much longer than its column is not measured whole: a cell may have 400 KB.
  const whole = cell.length > width * MOST_UNITS ? undefined : printable(cell);
  if (whole !== undefined && widthOf(whole) <= width) return whole;
  let fitting = '';
  let used = 0;
  for (const { segment } of CHARACTERS.segment(cell.slice(0, width * MOST_UNITS))) {
    const shown = printable(segment);
    used += widthOf(shown);
    if (used > width - 1) break;
    fitting += shown;
  }
  return `${fitting}…`;
}

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Terminal cells; plain ASCII is as wide as it is long. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
