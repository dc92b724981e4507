import {
  type Document,
  LineCounter,
  type Pair,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
} from 'yaml';
import * as z from 'zod';
import { UsageError, ValueError } from '../../errors.js';
import { printable } from '../../text/terminal-text.js';
import { suggestion } from '../../suggestion.js';
import { readSmallFile } from './small-file.js';
import { isTooDeep } from './yaml-depth.js';

/** A text that is not empty, for the schemas of files. */
export const text = z.string().regex(/\S/, 'expected a text that is not empty');

type Path = readonly PropertyKey[];

interface Problem {
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
}

/**
 * The value of a small YAML file, as its schema makes it. A number where the schema expects a text is an
 * error, because YAML has dropped leading zeros by then. Messages of the schema are used as they are; for
 * missing and unknown keys, wrong types and wrong values it needs none. Import late: yaml and zod are slow
 * to load.
 *
 * @param option how the user named the option, for messages.
 * @throws UsageError with every error of the file, each on a line as `FILE:LINE:COLUMN: key.path: …`, in the
 *   order of the file. When the text is not YAML, the schema is not applied.
 */
export async function readYamlFile<T>(
  option: string,
  path: string,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const content = await contentOf(option, path, signal);
  try {
    return readYaml(option, path, content, schema);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(option, `${path} is nested too deeply`);
    throw error;
  }
}

function readYaml<T>(option: string, path: string, content: string, schema: z.ZodType<T>): T {
  if (isTooDeep(content)) throw new RangeError();
  const lines = new LineCounter();
  const document = parseDocument(content, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core', // also after a %YAML line: in 1.1, 0123 is octal and a date is not a text
    resolveKnownTags: false,
    uniqueKeys: false,
  });
  if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) throw new RangeError();
  const problems = syntaxProblems(document);
  if (problems.length === 0) {
    problems.push(...keyProblems(document.contents, []));
    const value = valueOf(document, problems);
    const result = schema.safeParse(value, { error: (issue) => expectation(issue, document) });
    if (result.success && problems.length === 0) return result.data;
    problems.push(...(result.error?.issues ?? []).flatMap((issue) => located(issue, document)));
  }
  const messages = problems
    .toSorted((a, b) => a.offset - b.offset)
    .map((problem) => {
      const { line, col } = lines.linePos(problem.offset);
      const keys = problem.path.map(String).join('.');
      const place = `${path}:${line}:${col}: ${keys === '' ? '' : `${keys}: `}`;
      return printable(place + problem.message);
    });
  throw new UsageError(option, messages.join('\n'));
}

/** What a document says. An alias of what a later key of the same name replaces is one more problem. */
function valueOf(document: Document, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 }); // an anchor is converted once, however often it is used
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    problems.push({ offset: 0, path: [], message: error.message });
    return undefined;
  }
}

async function contentOf(
  option: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return await readSmallFile(path, signal);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UsageError(option, error.message, error.hint);
  }
}

function syntaxProblems(document: Document): Problem[] {
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    path: [],
    message: code === 'MULTIPLE_DOCS' ? 'expected the end: a second document begins' : message,
  }));
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = `there is no anchor &${alias.source} above`;
      problems.push({ offset: startOf(alias) ?? 0, path: [], message });
    },
  });
  return problems;
}

/** Errors that a schema cannot see. Such keys are removed, so that each is reported once. */
function keyProblems(node: unknown, path: Path): Problem[] {
  if (isSeq(node)) return node.items.flatMap((item, at) => keyProblems(item, [...path, at]));
  if (!isMap(node)) return [];
  const problems: Problem[] = [];
  const seen = new Set<unknown>();
  node.items = node.items.filter(({ key, value }) => {
    const message = keyProblem(key, seen);
    const inside = [...path, isScalar(key) ? writtenAs(key) : '?'];
    if (message === undefined) seen.add(isScalar(key) ? key.value : key);
    else problems.push({ offset: startOf(key) ?? 0, path: inside, message });
    problems.push(...keyProblems(value, inside));
    return message === undefined;
  });
  return problems;
}

function keyProblem(key: unknown, seen: ReadonlySet<unknown>): string | undefined {
  if (!isScalar(key) || key.value === null) return 'expected a text as the key';
  if (typeof key.value !== 'string')
    return `expected a text as the key: ${inQuotes(writtenAs(key))}`;
  if (key.value === '__proto__') return 'cannot be a key';
  return seen.has(key.value) ? 'is given twice' : undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** What the schema expected, and what was found; undefined leaves zod's own words. */
function expectation(issue: z.core.$ZodRawIssue, document: Document): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const shape = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    // One line for each key; `located` splits them.
    return issue.keys
      .map((key) => `unknown key; ${suggestion(key, shape) ?? `the keys are ${shape.join(', ')}`}`)
      .join('\n');
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join('; ');
  const found = foundText(issue.input, valueAt(document, issue.path ?? []).node);
  const isBare = typeof issue.input === 'number' || typeof issue.input === 'boolean';
  if (issue.code === 'invalid_type') {
    const expected = `expected ${TYPES[issue.expected] ?? issue.expected}`;
    if (issue.input === undefined) return `is missing: ${expected}`;
    const advice = isBare && issue.expected === 'string';
    return `${expected}, found ${found}${advice ? `: ${inQuotes(found)}` : ''}`;
  }
  if (issue.code === 'invalid_value') {
    const choices = issue.values.map(String);
    const expected = `expected ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
    if (issue.input === undefined) return `is missing: ${expected}`;
    const nearest = typeof issue.input === 'string' && suggestion(issue.input, choices);
    const advice = isBare && choices.includes(found) ? inQuotes(found) : nearest;
    return `${expected}, found ${found}${advice ? `: ${advice}` : ''}`;
  }
  return undefined;
}

function located(issue: z.core.$ZodIssue, document: Document): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, at) => {
      const path = [...issue.path, key];
      const message = messages[at] ?? issue.message;
      return { offset: valueAt(document, path).keyOffset, path, message };
    });
  }
  const { offset, keyOffset } = valueAt(document, issue.path);
  const isOfKey = issue.code === 'invalid_key';
  return [{ offset: isOfKey ? keyOffset : offset, path: issue.path, message: issue.message }];
}

/** The node at a path and the offsets of it and its key; for a missing node, the offset of its parent. */
function valueAt(
  document: Document,
  path: Path,
): { node: unknown; offset: number; keyOffset: number } {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  let keyOffset = offset;
  for (const part of path) {
    const parent = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(parent) ? parent.items.find((item) => isUnder(item, part)) : undefined;
    node = isSeq(parent) ? parent.items[Number(part)] : pair?.value;
    keyOffset = startOf(pair?.key) ?? offset;
    offset = startOf(node) ?? keyOffset;
  }
  return { node, offset, keyOffset };
}

function isUnder({ key }: Pair, part: PropertyKey): boolean {
  return isScalar(key) && key.value === part;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function foundText(value: unknown, node: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `"${printable(value, 60)}"`;
  return isScalar(node) ? writtenAs(node) : JSON.stringify(value);
}

/** What was written, not what YAML makes of it: 0123, not 123. */
function writtenAs(scalar: { readonly value: unknown; readonly source?: string }): string {
  return scalar.source ?? String(scalar.value);
}

function inQuotes(written: string): string {
  return `put it in quotes, "${written}"`;
}
