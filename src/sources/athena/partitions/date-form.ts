/** How dates are written as values of a partition key: `yyyy/MM/dd` (Java's DateTimeFormatter, as far as trails use it). */
export interface DateForm {
  /** The smallest part that it has. */
  readonly unit: Unit;
  /** Do texts sort as their times do? */
  readonly isSorted: boolean;
  /** The text of a time, in seconds since 1970. */
  readonly write: (seconds: number) => string;
  /** The beginning of what a text names, in seconds since 1970; undefined for another text. */
  readonly read: (text: string) => number | undefined;
}

const UNITS = ['year', 'month', 'day', 'hour'] as const;
type Unit = (typeof UNITS)[number];

const LETTERS: Readonly<Record<string, Unit>> = {
  yyyy: 'year',
  MM: 'month',
  dd: 'day',
  HH: 'hour',
};
/** Where each part stands in `2026-01-20T09`. */
const PLACES: Readonly<Record<Unit, readonly [number, number]>> = {
  year: [0, 4],
  month: [5, 7],
  day: [8, 10],
  hour: [11, 13],
};
/** Letters of the form, texts in quotes, anything else. */
const TOKEN = /(yyyy|MM|dd|HH)|'([^']*)'|([^A-Za-z'])/y;

type Piece = { readonly unit: Unit } | { readonly text: string };

/** The form of a format; undefined for one whose days cannot be told. */
export function dateForm(format: string): DateForm | undefined {
  const pieces = piecesOf(format);
  if (pieces === undefined) return undefined;
  const units = pieces.flatMap((piece) => ('unit' in piece ? piece.unit : []));
  const wanted = UNITS.slice(0, units.length);
  if (units.length === 0 || !wanted.every((unit) => units.includes(unit))) return undefined;
  const pattern = pieces.map((piece) =>
    'unit' in piece
      ? `(?<${piece.unit}>\\d{${PLACES[piece.unit][1] - PLACES[piece.unit][0]}})`
      : piece.text.replaceAll(/[^\w]/g, String.raw`\$&`),
  );
  const parser = new RegExp(`^${pattern.join('')}$`);
  return {
    unit: wanted.at(-1)!,
    isSorted: wanted.every((unit, at) => unit === units[at]),
    write: (seconds) => {
      const time = new Date(seconds * 1000).toISOString();
      return pieces
        .map((piece) => ('unit' in piece ? time.slice(...PLACES[piece.unit]) : piece.text))
        .join('');
    },
    read: (text) => {
      const { year, month = '01', day = '01', hour = '00' } = parser.exec(text)?.groups ?? {};
      const millis = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
      return Number.isNaN(millis) ? undefined : millis / 1000;
    },
  };
}

function piecesOf(format: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < format.length) {
    const [, letters, quoted, other] = TOKEN.exec(format) ?? [];
    if (letters !== undefined) pieces.push({ unit: LETTERS[letters]! });
    else if (quoted !== undefined || other !== undefined) pieces.push({ text: quoted ?? other! });
    else return undefined;
  }
  return pieces;
}
