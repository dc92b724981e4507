import { Refusal } from '../refusal.js';
import { type Change, recordOf } from './change.js';
import { invalid, within } from './invalid.js';
import { PLACES, placeOf } from './item.js';
import type { SequenceNumbers } from './sequence-numbers.js';
import { type Places, Shard } from './shard.js';

const SHARDS_AT_ONCE = 100;

export interface DescribeStreamInput {
  readonly StreamArn?: string;
  readonly Limit?: number;
  readonly ExclusiveStartShardId?: string;
  readonly ShardFilter?: { readonly Type?: string; readonly ShardId?: string };
}

/** The changes of a table from when it was turned on until it was turned off. */
export class Stream {
  readonly table: string;
  readonly arn: string;
  readonly label: string;
  readonly view: string;
  readonly #createdAt: number;
  readonly #numbers: SequenceNumbers;
  /** Those that are still told of, in the order in which they were made. */
  #shards: readonly Shard[];
  readonly #forgotten = new Set<string>();
  #made = 0;
  #lastMadeAt = 0;
  #endedAt: number | undefined;

  constructor(
    table: { readonly name: string; readonly arn: string },
    numbers: SequenceNumbers,
    start: { readonly view: string; readonly shards: number; readonly at: number },
  ) {
    this.table = table.name;
    this.label = new Date(start.at).toISOString().slice(0, -1);
    this.arn = `${table.arn}/stream/${this.label}`;
    this.view = start.view;
    this.#createdAt = start.at;
    this.#numbers = numbers;
    const border = (n: number): number => Math.ceil((n * PLACES) / start.shards);
    this.#shards = Array.from({ length: start.shards }, (_, n) =>
      this.#shard(undefined, [border(n), border(n + 1)], start.at),
    );
  }

  get isOn(): boolean {
    return this.#endedAt === undefined;
  }

  /** Whether it was turned off before a time. */
  isEndedBefore(time: number): boolean {
    return this.#endedAt !== undefined && this.#endedAt < time;
  }

  add(change: Change): void {
    const place = placeOf(change.id);
    const shard = this.#shards.find((one) => one.holds(place))!;
    shard.add(recordOf(change, this.view, this.#numbers.next()));
  }

  /** Every open shard closes, and two come after it. */
  split(at: number): void {
    const open = this.#shards.filter((shard) => shard.isOpen);
    for (const shard of open) shard.close(this.#numbers.next(), at);
    const children = open.flatMap(({ id, places: [from, to] }) => {
      const middle = Math.ceil((from + to) / 2);
      return [this.#shard(id, [from, middle], at), this.#shard(id, [middle, to], at)];
    });
    this.#shards = [...this.#shards, ...children];
  }

  /** Turns it off: its shards close and can still be read. */
  end(at: number): void {
    for (const shard of this.#shards) if (shard.isOpen) shard.close(this.#numbers.next(), at);
    this.#endedAt = at;
  }

  /** Forgets the records of before a time, and the shards that had ended by then. */
  trim(before: number): void {
    this.trimRecords(before);
    this.#forget((shard) => shard.isEndedBefore(before));
  }

  /** Forgets the records of before a time, and no shard. */
  trimRecords(before: number): void {
    for (const shard of this.#shards) shard.trim(before);
  }

  forgetClosedShards(): void {
    this.#forget((shard) => !shard.isOpen);
  }

  #forget(isGone: (shard: Shard) => boolean): void {
    for (const shard of this.#shards) if (isGone(shard)) this.#forgotten.add(shard.id);
    this.#shards = this.#shards.filter((shard) => !isGone(shard));
  }

  /** Whether there was such a shard, which is not told of any more. */
  hasForgotten(id: string): boolean {
    return this.#forgotten.has(id);
  }

  shard(id: string | undefined): Shard {
    const shard = this.#shards.find((one) => one.id === id);
    if (shard === undefined) {
      throw new Refusal(
        'ResourceNotFoundException',
        `Requested resource not found: Shard ${id} in Stream ${this.arn} not found`,
      );
    }
    return shard;
  }

  describe(input: DescribeStreamInput): Readonly<Record<string, unknown>> {
    const most = within('Limit', input.Limit, [1, SHARDS_AT_ONCE], SHARDS_AT_ONCE);
    const { ExclusiveStartShardId: after = '', ShardFilter: filter } = input;
    if (filter !== undefined && filter.Type !== 'CHILD_SHARDS') {
      throw invalid(`ShardFilter of type ${filter.Type}`);
    }
    const following = this.#shards.filter(
      ({ id, parent }) => id > after && (filter === undefined || parent === filter.ShardId),
    );
    const page = following.slice(0, most);
    const isCut = page.length < following.length;
    return {
      StreamArn: this.arn,
      StreamLabel: this.label,
      StreamStatus: this.isOn ? 'ENABLED' : 'DISABLED',
      StreamViewType: this.view,
      CreationRequestDateTime: this.#createdAt / 1000,
      TableName: this.table,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Shards: page.map((shard) => shard.describe()),
      ...(isCut && { LastEvaluatedShardId: page.at(-1)!.id }),
    };
  }

  /** Its id is greater than that of every shard that was made before. */
  #shard(parent: string | undefined, places: Places, at: number): Shard {
    const made = (++this.#made).toString(16).padStart(8, '0');
    this.#lastMadeAt = Math.max(at, this.#lastMadeAt);
    const time = String(this.#lastMadeAt).padStart(20, '0');
    return new Shard(`shardId-${time}-${made}`, parent, places, this.#numbers.next());
  }
}
