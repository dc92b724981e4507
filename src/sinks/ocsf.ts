import { createHash } from 'node:crypto';
import type { OcsfContext, ToOcsf } from '../model/ocsf/document.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { printableJson } from '../text/terminal-text.js';
import { PIECE, type WriteText } from './write-text.js';

/** The longest text that OCSF allows, in UTF-16 units. */
const LONGEST = 65_535;

/** One OCSF document a line. Texts that are longer than OCSF allows are cut. Holds one batch. */
export function ocsf<T>(toOcsf: ToOcsf<T>, write: WriteText, version: string | undefined): Sink<T> {
  return (source) => write(ocsfText(source, toOcsf, contextOf(version)));
}

async function* ocsfText<T>(
  source: Source<T>,
  toOcsf: ToOcsf<T>,
  context: OcsfContext,
): AsyncGenerator<string> {
  for await (const batch of source) {
    let text = '';
    for (const row of batch) {
      text += lineOf(toOcsf(row, context));
      if (text.length >= PIECE) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  }
}

function lineOf(document: object): string {
  return `${jsonOf(document)}\n`;
}

/** JSON on one line, without texts that are too long. */
export function jsonOf(value: object): string {
  const json = JSON.stringify(value);
  // Only a long line can have a long text.
  return printableJson(json.length <= LONGEST ? json : JSON.stringify(value, shortened));
}

function shortened(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? shortText(value) : value;
}

/** The text, cut where OCSF does not allow it as long as it is. */
export function shortText(text: string): string {
  if (text.length <= LONGEST) return text;
  // Not between the halves of a character.
  return `${text.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** What documents are made with. */
export function contextOf(version: string | undefined): OcsfContext {
  return { version, hash: (text) => createHash('sha256').update(text).digest('hex') };
}
