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
} as const satisfies Readonly<Record<string, FormatDefinition>>;

export type Format = keyof typeof FORMATS;

const DEFINITIONS = Object.entries(FORMATS) as [Format, FormatDefinition][];

/** All names that a format can be asked for by. */
export const FORMAT_NAMES: readonly string[] = DEFINITIONS.flatMap(([name, { aliases }]) => [
  name,
  ...aliases,
]);

/** The format that goes by a name; undefined for no format's name. */
export function formatOfName(name: string): Format | undefined {
  return DEFINITIONS.find(
    ([format, { aliases }]) => name === format || aliases.includes(name),
  )?.[0];
}

/** The format that the ending of a file name asks for, without its dot and in any case. */
export function formatOfEnding(ending: string): Format | undefined {
  return DEFINITIONS.find(([, { endings }]) => endings.includes(ending.toLowerCase()))?.[0];
}
