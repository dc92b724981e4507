/** One form of output: other names that it goes by, and the endings of file names that ask for it. */
interface FormatDefinition {
  readonly aliases: readonly string[];
  readonly endings: readonly string[];
}

/** Every format by its name. How each is written stands in `sinks`. */
export const FORMATS = {
  csv: { aliases: [], endings: ['csv'] },
  ndjson: { aliases: ['jsonl'], endings: ['ndjson', 'jsonl'] },
  json: { aliases: [], endings: ['json'] },
  parquet: { aliases: [], endings: ['parquet'] },
  table: { aliases: ['human'], endings: [] },
  github: { aliases: [], endings: [] },
  ocsf: { aliases: [], endings: [] },
  markdown: { aliases: ['md'], endings: ['md'] },
} as const satisfies Readonly<Record<string, FormatDefinition>>;

export type Format = keyof typeof FORMATS;

/** The formats that only reports have. */
const REPORT_FORMATS = ['github', 'markdown'] as const satisfies readonly Format[];
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Is this a format that only reports have? */
export function isReportFormat(format: Format): format is ReportFormat {
  return REPORT_FORMATS.some((name) => name === format);
}

const DEFINITIONS = Object.entries(FORMATS) as [Format, FormatDefinition][];

/** All names that a format can be asked for by. */
export const FORMAT_NAMES: readonly string[] = DEFINITIONS.flatMap(([name, { aliases }]) => [
  name,
  ...aliases,
]);

/** The names of all formats but some. */
export function formatNamesWithout(...formats: readonly Format[]): readonly string[] {
  return FORMAT_NAMES.filter((name) => !formats.includes(formatOfName(name)!));
}

/** The format that goes by a name; undefined for no format's name. */
export function formatOfName(name: string): Format | undefined {
  return DEFINITIONS.find(
    ([format, { aliases }]) => name === format || aliases.includes(name),
  )?.[0];
}

/** Is this the name of a Parquet file, whatever is in it? */
export function isParquetName(path: string): boolean {
  return formatOfEnding(/\.([a-z]+)$/i.exec(path)?.[1] ?? '') === 'parquet';
}

/** The format that the ending of a file name asks for, without its dot and in any case. */
export function formatOfEnding(ending: string): Format | undefined {
  return DEFINITIONS.find(([, { endings }]) => endings.includes(ending.toLowerCase()))?.[0];
}
