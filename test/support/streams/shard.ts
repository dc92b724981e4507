import { Refusal } from '../refusal.js';
import type { StreamRecord } from './change.js';
import { invalid } from './invalid.js';
import { sequenceNumberIn } from './sequence-numbers.js';

const MOST_OF_PAGE = 1024 * 1024;

/** The places of ids, from the first of them to before the second, whose changes a shard holds. */
export type Places = readonly [number, number];

/** A part of a stream, with the changes of some ids in their order. */
export class Shard {
  readonly id: string;
  readonly parent: string | undefined;
  readonly places: Places;
  readonly #start: bigint;
  #end: bigint | undefined;
  #endedAt: number | undefined;
  #records: StreamRecord[] = [];
  /** The number of the last record that was forgotten; before all of them where none was. */
  #trimmed: bigint;

  constructor(id: string, parent: string | undefined, places: Places, start: bigint) {
    this.id = id;
    this.parent = parent;
    this.places = places;
    this.#start = start;
    this.#trimmed = start - 1n;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Whether it was closed before a time. */
  isEndedBefore(time: number): boolean {
    return this.#endedAt !== undefined && this.#endedAt < time;
  }

  holds(place: number): boolean {
    return this.isOpen && place >= this.places[0] && place < this.places[1];
  }

  add(record: StreamRecord): void {
    this.#records.push(record);
  }

  close(end: bigint, at: number): void {
    this.#end = end;
    this.#endedAt = at;
  }

  /** Forgets the records of before a time. */
  trim(before: number): void {
    const first = this.#records.findIndex(({ at }) => at >= before);
    const kept = first === -1 ? [] : this.#records.slice(first);
    const last = this.#records[this.#records.length - kept.length - 1];
    if (last !== undefined) this.#trimmed = last.number;
    this.#records = kept;
  }

  describe(): Readonly<Record<string, unknown>> {
    return {
      ShardId: this.id,
      ...(this.parent !== undefined && { ParentShardId: this.parent }),
      SequenceNumberRange: {
        StartingSequenceNumber: String(this.#start),
        ...(this.#end !== undefined && { EndingSequenceNumber: String(this.#end) }),
      },
    };
  }

  /** The number after which an iterator reads; `last` is the newest number of the stream. */
  positionOf(type: string, text: string | undefined, last: bigint): bigint {
    switch (type) {
      case 'TRIM_HORIZON':
        return this.#trimmed;
      case 'LATEST':
        return this.#end ?? last;
      case 'AT_SEQUENCE_NUMBER':
      case 'AFTER_SEQUENCE_NUMBER': {
        const number = sequenceNumberIn(text);
        if (number === undefined || number < this.#start || number > (this.#end ?? last)) {
          throw invalid('Invalid SequenceNumber: it is outside of the range of the shard');
        }
        if (number <= this.#trimmed) throw trimmed();
        return type === 'AT_SEQUENCE_NUMBER' ? number - 1n : number;
      }
      default:
        throw invalid(`ShardIteratorType ${type} is none`);
    }
  }

  /** At most so many of the records after a number, no more than 1 MiB of them, and whether more are there. */
  read(
    after: bigint,
    most: number,
  ): { readonly records: readonly StreamRecord[]; readonly isMore: boolean } {
    if (after < this.#trimmed) throw trimmed();
    const records: StreamRecord[] = [];
    let bytes = 0;
    for (let at = this.#firstAfter(after); at < this.#records.length; at++) {
      const record = this.#records[at]!;
      bytes += record.size;
      const isFull = records.length === most || (records.length > 0 && bytes > MOST_OF_PAGE);
      if (isFull) return { records, isMore: true };
      records.push(record);
    }
    return { records, isMore: false };
  }

  #firstAfter(number: bigint): number {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#records[middle]!.number > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** What is said to a reader of what is not kept any more. */
export function trimmed(): Refusal {
  return new Refusal(
    'TrimmedDataAccessException',
    'The requested sequence number is older than what the stream keeps',
  );
}
