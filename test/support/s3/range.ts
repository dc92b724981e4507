import { Refusal } from '../refusal.js';

/** Bytes of an object, the last one included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The range that a header asks for; undefined is the whole, as for a header that S3 does not understand. */
export function rangeIn(header: string | undefined, size: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) {
    throw new Refusal('InvalidRange', 'The requested range is not satisfiable', 416);
  }
  return { first, last };
}
