import { OCSF_VERSION, type OcsfDocument, type OcsfMapping } from '../model/ocsf/document.js';
import { CLASSES, type ClassName, OBJECTS } from '../model/ocsf/schema.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { contextOf, jsonOf, shortText } from './ocsf.js';
import {
  type Element,
  type FileColumn,
  type RowGroupLimits,
  TEXT,
  type Value,
  parquetFile,
} from './parquet-file.js';
import type { WritePieces } from './write-text.js';

/** Fewer rows than of columns: a document has three times as many cells. */
const LIMITS: RowGroupLimits = { rows: 10_000, size: 32 * 1024 * 1024 };

/**
 * OCSF documents as a Parquet file with one schema, whatever the rows: all attributes that are written of the
 * classes. Objects are groups, lists are lists, whole numbers and times are 64-bit integers, `unmapped` is JSON text;
 * absent is null. Holds one row group.
 */
export function ocsfParquet<T>(
  { classes, toOcsf }: OcsfMapping<T>,
  write: WritePieces,
  version: string | undefined,
  limits = LIMITS,
): Sink<T> {
  const facts = { 'sentinel-audit.ocsf-version': OCSF_VERSION };
  const toFile = parquetFile(columnsOf(classes), write, { facts, limits });
  const context = contextOf(version);
  async function* documentsOf(source: Source<T>): Source<OcsfDocument> {
    for await (const batch of source) yield batch.map((row) => toOcsf(row, context));
  }
  return (source) => toFile(documentsOf(source));
}

/** Names of attributes, and what they are, as the schema spells it. */
type Attributes = Readonly<Record<string, string>>;

/** An attribute in the schema of a file, and how it makes a value of what is in a document. */
interface Field {
  readonly name: string;
  readonly elements: readonly [Element, ...Element[]];
  readonly stored: (value: unknown) => Value;
}

function columnsOf(classes: readonly ClassName[]): FileColumn<OcsfDocument>[] {
  const attributes: Attributes = Object.assign({}, ...classes.map((name) => CLASSES[name]));
  return fieldsOf(attributes).map(({ name, elements, stored }) => ({
    name,
    elements,
    of: (document) => present((document as Readonly<Record<string, unknown>>)[name], stored),
  }));
}

function fieldsOf(attributes: Attributes): Field[] {
  return Object.entries(attributes).map(([name, kind]) => fieldOf(name, kind.replace('!', '')));
}

function fieldOf(name: string, kind: string): Field {
  if (kind.endsWith('[]')) return listOf(name, fieldOf('element', kind.slice(0, -'[]'.length)));
  const attributes: Attributes | undefined = (OBJECTS as Readonly<Record<string, Attributes>>)[
    kind
  ];
  if (attributes !== undefined) return groupOf(name, fieldsOf(attributes));
  const { element, stored } = PRIMITIVES[kind] ?? TEXTS;
  return { name, elements: [{ name, repetition_type: 'OPTIONAL', ...element }], stored };
}

function listOf(name: string, { elements, stored }: Field): Field {
  const list = { converted_type: 'LIST', logical_type: { type: 'LIST' } } as const;
  return {
    name,
    elements: [
      { name, repetition_type: 'OPTIONAL', num_children: 1, ...list },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elements,
    ],
    stored: (value) => (value as readonly unknown[]).map((one) => present(one, stored)),
  };
}

function groupOf(name: string, fields: readonly Field[]): Field {
  return {
    name,
    elements: [
      { name, repetition_type: 'OPTIONAL', num_children: fields.length },
      ...fields.flatMap(({ elements }) => elements),
    ],
    stored: (value) => {
      const group: Record<string, Value> = {};
      for (const field of fields) {
        const part = (value as Readonly<Record<string, unknown>>)[field.name];
        group[field.name] = present(part, field.stored);
      }
      return group;
    },
  };
}

function present(value: unknown, stored: (value: unknown) => Value): Value {
  return value === undefined ? undefined : stored(value);
}

interface Primitive {
  readonly element: Partial<Element>;
  readonly stored: (value: unknown) => Value;
}

const TEXTS: Primitive = { element: TEXT, stored: (value) => shortText(value as string) };
const INTEGERS: Primitive = {
  element: { type: 'INT64' },
  stored: (value) => BigInt(value as number),
};

/** What is no text. */
const PRIMITIVES: Readonly<Record<string, Primitive | undefined>> = {
  integer_t: INTEGERS,
  long_t: INTEGERS,
  timestamp_t: INTEGERS,
  object: { element: TEXT, stored: (value) => jsonOf(value as object) },
};
