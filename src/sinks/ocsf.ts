import { createHash } from 'node:crypto';
import type { OcsfContext, ToOcsf } from '../model/ocsf/document.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { printableJson } from '../text/terminal-text.js';
import { PIECE, type WriteText } from './write-text.js';

/** The longest text that OCSF allows, in UTF-16 units. */
const LONGEST = 65_535;

/** One OCSF document a line. Texts that are longer than OCSF allows are cut. Holds one batch. */
export function ocsf<T>(toOcsf: ToOcsf<T>, write: WriteText, version: string | undefined): Sink<T> {
  return (source) => write(ocsfText(source, toOcsf, { version, hash }));
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
  const json = JSON.stringify(document);
  // Only a long line can have a long text.
  const short = json.length <= LONGEST ? json : JSON.stringify(document, shortened);
  return `${printableJson(short)}\n`;
}

function shortened(_name: string, value: unknown): unknown {
  const isLong = typeof value === 'string' && value.length > LONGEST;
  return isLong ? `${value.slice(0, LONGEST - 1)}…` : value;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
