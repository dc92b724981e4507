/** The groups of the help, in its order. */
export const GROUPS = [
  'Filters',
  'Events',
  'Athena',
  'Judgement',
  'Sessions',
  'Archive',
  'Output',
  'AWS',
  'General',
] as const;
export type OptionGroup = (typeof GROUPS)[number];

/** One option, defined once: for the parser, the help, the environment, the config file and the completion. */
export interface OptionDefinition {
  readonly kind: 'text' | 'list' | 'number' | 'flag';
  readonly group: OptionGroup;
  /** Sentences without the last full stop. The short help shows the first one. */
  readonly describe: string;
  /** What stands for its value in the help; a flag has none. */
  readonly value?: string;
  /** Other names; one of a single letter is written with one dash. */
  readonly alias?: readonly string[];
  /** The value is one of these. */
  readonly choices?: readonly string[];
  /** The value is a comma-separated list; each part is one of these. */
  readonly parts?: readonly string[];
  /** What the value names, for the completion and for `~` in the config file. */
  readonly names?: 'file' | 'aws-profile';
  /** Values that the completion offers among others. */
  readonly suggest?: readonly string[];
  /** Reads a value. @throws ValueError */
  readonly read?: (text: string) => unknown;
}

/** Definitions of one group, as its file has them. */
export type Definitions = Readonly<Record<string, Omit<OptionDefinition, 'group'>>>;

/** The definitions with their group; each keeps the type of its reader. */
export function inGroup<D extends Definitions>(
  group: OptionGroup,
  definitions: D,
): { readonly [N in keyof D]: D[N] & { readonly group: OptionGroup } } {
  const entries = Object.entries(definitions);
  const grouped = entries.map(([name, definition]) => [name, { ...definition, group }]);
  return Object.fromEntries(grouped) as { [N in keyof D]: D[N] & { group: OptionGroup } };
}
