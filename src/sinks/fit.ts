import stringWidth from 'string-width';
import type { Cell } from '../model/columns/column.js';
import { printable } from '../text/terminal-text.js';

/** UTF-16 units for each terminal cell, at the most, that are looked at. */
const MOST_UNITS = 16;

/**
 * A cell as a table shows it: cut with `…` where it is wider than its column; numbers never are. Of an ARN
 * the front is cut, for what tells two apart stands at the end; of any other text the end.
 */
export function fit(cell: Cell, width: number): string {
  if (cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  // What is much longer than its column is not measured whole: a cell may have 400 KB.
  const whole = cell.length > width * MOST_UNITS ? undefined : printable(cell);
  if (whole !== undefined && widthOf(whole) <= width) return whole;
  return cell.startsWith('arn:')
    ? `…${endOf(cell, width - 1)}`
    : `${beginningOf(cell, width - 1)}…`;
}

function beginningOf(text: string, width: number): string {
  return fitting(CHARACTERS.segment(text.slice(0, width * MOST_UNITS)), width).join('');
}

function endOf(text: string, width: number): string {
  const segments = [...CHARACTERS.segment(text.slice(-width * MOST_UNITS))];
  return fitting(segments.toReversed(), width).toReversed().join('');
}

/** The first characters, each as it is shown, that are no wider together than `width`. */
function fitting(segments: Iterable<Intl.SegmentData>, width: number): string[] {
  const shown: string[] = [];
  let used = 0;
  for (const { segment } of segments) {
    const character = printable(segment);
    used += widthOf(character);
    if (used > width) break;
    shown.push(character);
  }
  return shown;
}

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Terminal cells; plain ASCII is as wide as it is long. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
