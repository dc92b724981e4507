/** How dates are written as values of a partition key: `yyyy/MM/dd` (Java's DateTimeFormatter, as far as trails use it). */
export interface DateForm {
  /** The smallest part that it has. */
  readonly unit: Unit;
  /** Do texts sort as their times do? */
  readonly isSorted: boolean;
  /** Where the parts stand in a text, the largest first; undefined where texts differ in length. */
  readonly places: readonly Place[] | undefined;
  /** The text of a time, in seconds since 1970. */
  readonly write: (seconds: number) => string;
  /** The beginning of what a text names, in seconds since 1970; undefined for another text. */
  readonly read: (text: string) => number | undefined;
}

/** Of a part of a text; SQL counts characters from 1. */
interface Place {
  readonly from: number;
  readonly length: number;
}

const UNITS = ['year', 'month', 'day', 'hour'] as const;
type Unit = (typeof UNITS)[number];

/** What some letters stand for: how it is written in a time `2026-01-20T09`, and how it is found in a text. */
interface Letters {
  readonly unit: Unit;
  readonly write: (time: string) => string;
  readonly pattern: string;
  /** In characters; undefined where it differs. */
  readonly length: number | undefined;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const LETTERS: Readonly<Record<string, Letters>> = {
  yyyy: digits('year', 0, 4),
  MM: digits('month', 5, 2),
  dd: digits('day', 8, 2),
  HH: digits('hour', 11, 2),
  M: number('month', 5),
  d: number('day', 8),
  H: number('hour', 11),
  MMM: {
    unit: 'month',
    write: (time) => MONTHS[Number(time.slice(5, 7)) - 1]!,
    pattern: MONTHS.join('|'),
    length: undefined,
  },
};
/** Letters of the form, texts in quotes, anything else. */
const TOKEN = /([A-Za-z]+)|'([^']*)'|([^A-Za-z'])/y;

/** The form of a format; undefined for one whose days cannot be told. */
export function dateForm(format: string): DateForm | undefined {
  const pieces = piecesOf(format);
  if (pieces === undefined) return undefined;
  const units = pieces.flatMap((piece) => (typeof piece === 'object' ? piece.unit : []));
  const wanted = UNITS.slice(0, units.length);
  if (units.length === 0 || !wanted.every((unit) => units.includes(unit))) return undefined;
  const pattern = pieces.map((piece) =>
    typeof piece === 'object'
      ? `(?<${piece.unit}>${piece.pattern})`
      : piece.replaceAll(/[^\w]/g, String.raw`\$&`),
  );
  const parser = new RegExp(`^${pattern.join('')}$`);
  const places = placesOf(pieces, wanted);
  return {
    unit: wanted.at(-1)!,
    isSorted: places !== undefined && wanted.every((unit, at) => unit === units[at]),
    places,
    write: (seconds) => {
      const time = new Date(seconds * 1000).toISOString();
      return pieces
        .map((piece) => (typeof piece === 'object' ? piece.write(time) : piece))
        .join('');
    },
    read: (text) => {
      const { year = '', month = '1', day = '1', hour = '0' } = parser.exec(text)?.groups ?? {};
      const named = MONTHS.indexOf(month) + 1;
      const [mm, dd, hh] = [String(named || month), day, hour].map((part) => part.padStart(2, '0'));
      const millis = Date.parse(`${year}-${mm}-${dd}T${hh}:00:00Z`);
      return Number.isNaN(millis) ? undefined : millis / 1000;
    },
  };
}

/** A text, or the letters of a part. */
type Piece = Letters | string;

function piecesOf(format: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < format.length) {
    const [found, letters, quoted, other] = TOKEN.exec(format) ?? [];
    const runs = letters?.match(/(.)\1*/g) ?? [];
    const known = runs.map((run) => LETTERS[run]);
    if (found === undefined || known.includes(undefined)) return undefined;
    pieces.push(...(letters === undefined ? [quoted ?? other!] : (known as readonly Letters[])));
  }
  return pieces;
}

function placesOf(pieces: readonly Piece[], units: readonly Unit[]): DateForm['places'] {
  const places = new Map<Unit, Place>();
  let from = 1;
  for (const piece of pieces) {
    const { length } = piece;
    if (length === undefined) return undefined;
    if (typeof piece === 'object') places.set(piece.unit, { from, length });
    from += length;
  }
  return units.map((unit) => places.get(unit)!);
}

function digits(unit: Unit, from: number, length: number): Letters {
  const write = (time: string): string => time.slice(from, from + length);
  return { unit, write, pattern: `\\d{${length}}`, length };
}

function number(unit: Unit, from: number): Letters {
  const write = (time: string): string => String(Number(time.slice(from, from + 2)));
  return { unit, write, pattern: String.raw`\d{1,2}`, length: undefined };
}
