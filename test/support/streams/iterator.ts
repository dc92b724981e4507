import { invalid } from './invalid.js';

/** Where a reader of a shard is. */
export interface Iterator {
  readonly stream: string;
  readonly shard: string;
  /** It reads what comes after this number. */
  readonly after: bigint;
  /** Empty pages that still come before records. */
  readonly empty: number;
  /** Milliseconds of the server's clock at which it was given out. */
  readonly at: number;
}

let given = 0;

/** An iterator as its text; no text comes twice. */
export function iteratorText({ stream, after, ...rest }: Iterator): string {
  const fields = JSON.stringify({ ...rest, after: String(after), number: given++ });
  return `${stream}|1|${Buffer.from(fields).toString('base64')}`;
}

/** The iterator in a text. */
export function iteratorIn(text: string | undefined): Iterator {
  const [stream = '', , fields = ''] = (text ?? '').split('|');
  try {
    const { shard, after, empty, at } = JSON.parse(
      Buffer.from(fields, 'base64').toString(),
    ) as Record<keyof Iterator, never>;
    return { stream, shard, after: BigInt(after), empty, at };
  } catch {
    throw invalid('Invalid ShardIterator');
  }
}
