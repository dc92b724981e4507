import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Refusal } from '../refusal.js';
import type { Change } from './change.js';
import { within } from './invalid.js';
import { type Item, idOf, toWire } from './item.js';
import { iteratorIn, iteratorText } from './iterator.js';
import { ReadLimit } from './read-limit.js';
import { SequenceNumbers } from './sequence-numbers.js';
import { trimmed } from './shard.js';
import { type DescribeStreamInput, Stream } from './stream.js';
import { type BatchInput, type GetInput, type ScanInput, Table } from './table.js';

const HOME = 'arn:aws:dynamodb:us-east-1:111122223333:table/';
const DAY_MS = 86_400_000;
const RECORDS_AT_ONCE = 1000;

export interface DatabaseOptions {
  /** `sentinel-sessions` unless told. */
  readonly table?: string;
  /** Open shards of a new stream: 1 unless told. */
  readonly shards?: number;
  /** Whether the table has a stream to begin with: it has one unless told. */
  readonly stream?: boolean;
  /** Records of a page at the most, whatever is asked for: 1,000 unless told. */
  readonly recordsPerPage?: number;
  /** How long an iterator can be used, by the server's clock: 15 minutes unless told. */
  readonly iteratorLifeMs?: number;
  /** Empty pages that come before every page of records: 0 unless told. */
  readonly emptyPages?: number;
  /** Reads that a shard takes in a second of the real clock: 5 as AWS does, unless told. */
  readonly readsPerSecond?: number;
  /** Milliseconds of the server's clock before it is moved on: the real time unless told. */
  readonly now?: () => number;
}

interface Named {
  readonly TableName?: string;
}

interface IteratorInput {
  readonly StreamArn?: string;
  readonly ShardId?: string;
  readonly ShardIteratorType?: string;
  readonly SequenceNumber?: string;
}

interface RecordsInput {
  readonly ShardIterator?: string;
  readonly Limit?: number;
}

type Output = Readonly<Record<string, unknown>>;

/** A table under its name, and the streams that it has had. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #numbers = new SequenceNumbers();
  readonly #limit: ReadLimit;
  #ahead = 0;
  #table: Table;
  #timeToLive: 'ENABLED' | 'DISABLED' = 'DISABLED';
  /** All that can still be read, of tables of before too. */
  #streams: readonly Stream[] = [];
  /** The table's newest stream, on or off. */
  #latest: Stream | undefined;
  #labelledAt = 0;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#limit = new ReadLimit(options.readsPerSecond ?? 5);
    this.#table = new Table(HOME + (options.table ?? 'sentinel-sessions'), this.now());
    if (options.stream ?? true) this.#turnOn();
  }

  now(): number {
    return (this.#options.now ?? Date.now)() + this.#ahead;
  }

  advance(seconds: number): void {
    this.#ahead += seconds * 1000;
  }

  put(given: Record<string, AttributeValue>): void {
    const item = toWire(given);
    this.#change(idOf(item) ?? '', item);
  }

  update(id: string, changes: Record<string, AttributeValue>): void {
    this.#change(id, { id: { S: id }, ...this.#table.item(id), ...toWire(changes) });
  }

  remove(id: string, by?: 'ttl'): void {
    this.#change(id, undefined, by === 'ttl');
  }

  split(): void {
    this.#running('split').split(this.now());
  }

  trim(): void {
    const before = this.now() - DAY_MS;
    this.#streams = this.#streams.filter((stream) => !stream.isEndedBefore(before));
    for (const stream of this.#streams) stream.trim(before);
  }

  trimAll(): void {
    for (const stream of this.#streams) stream.trimRecords(Infinity);
  }

  forgetClosedShards(): void {
    for (const stream of this.#streams) stream.forgetClosedShards();
  }

  setStream(state: 'on' | 'off', view?: string): void {
    if (state === 'off') return this.#running('turn off').end(this.now());
    if (this.#latest?.isOn) throw new Error('the table has a stream that is on');
    this.#turnOn(view);
  }

  recreate(): void {
    const view = this.#latest?.isOn ? this.#latest.view : undefined;
    if (view !== undefined) this.setStream('off');
    this.#table = new Table(this.#table.arn, this.now());
    this.#latest = undefined;
    this.#timeToLive = 'DISABLED';
    if (view !== undefined) this.#turnOn(view);
  }

  setTimeToLive(state: 'ENABLED' | 'DISABLED'): void {
    this.#timeToLive = state;
  }

  describeTable(input: Named): Output {
    const latest = this.#latest;
    return {
      Table: {
        ...this.#named(input).describe(),
        ...(latest !== undefined && {
          LatestStreamArn: latest.arn,
          LatestStreamLabel: latest.label,
        }),
        ...(latest?.isOn && {
          StreamSpecification: { StreamEnabled: true, StreamViewType: latest.view },
        }),
      },
    };
  }

  describeTimeToLive(input: Named): Output {
    this.#named(input);
    const attribute = this.#timeToLive === 'ENABLED' && { AttributeName: 'ttl' };
    return { TimeToLiveDescription: { TimeToLiveStatus: this.#timeToLive, ...attribute } };
  }

  scan(input: ScanInput & Named): Output {
    return this.#named(input).scan(input);
  }

  getItem(input: GetInput & Named): Output {
    return this.#named(input).getItem(input);
  }

  batchGetItem(input: BatchInput): Output {
    for (const name of Object.keys(input.RequestItems ?? {})) this.#named({ TableName: name });
    return this.#table.batchGetItem(input);
  }

  listStreams({ TableName: name }: Named): Output {
    const streams = this.#streams.filter(({ table }) => name === undefined || table === name);
    return {
      Streams: streams.map(({ arn, table, label }) => ({
        StreamArn: arn,
        TableName: table,
        StreamLabel: label,
      })),
    };
  }

  describeStream(input: DescribeStreamInput): Output {
    return { StreamDescription: this.#stream(input.StreamArn).describe(input) };
  }

  getShardIterator(input: IteratorInput): Output {
    const { ShardIteratorType: type = '', SequenceNumber: number } = input;
    const stream = this.#stream(input.StreamArn);
    const shard = stream.shard(input.ShardId);
    const after = shard.positionOf(type, number, this.#numbers.last);
    return { ShardIterator: this.#iterator(stream.arn, shard.id, after) };
  }

  getRecords(input: RecordsInput): Output {
    const { recordsPerPage = RECORDS_AT_ONCE, iteratorLifeMs = 15 * 60_000 } = this.#options;
    const most = within('Limit', input.Limit, [1, RECORDS_AT_ONCE], RECORDS_AT_ONCE);
    const { stream: arn, shard: id, after, empty, at } = iteratorIn(input.ShardIterator);
    const stream = this.#stream(arn);
    this.#limit.take(`${arn} ${id}`);
    if (this.now() - at >= iteratorLifeMs) {
      throw new Refusal('ExpiredIteratorException', 'The iterator has expired');
    }
    if (stream.hasForgotten(id)) throw trimmed();
    const shard = stream.shard(id);
    const { records, isMore } = shard.read(after, Math.min(most, recordsPerPage));
    if (records.length > 0 && empty > 0) {
      return { Records: [], NextShardIterator: this.#iterator(arn, id, after, empty - 1) };
    }
    const next = this.#iterator(arn, id, records.at(-1)?.number ?? after);
    return {
      Records: records.map(({ body }) => body),
      ...((isMore || shard.isOpen) && { NextShardIterator: next }),
    };
  }

  #iterator(
    stream: string,
    shard: string,
    after: bigint,
    empty = this.#options.emptyPages ?? 0,
  ): string {
    return iteratorText({ stream, shard, after, empty, at: this.now() });
  }

  /** A change that changes nothing leaves no record, as on AWS. */
  #change(id: string, after: Item | undefined, isByTtl = false): void {
    const before = this.#table.item(id);
    if (isDeepStrictEqual(before, after)) return;
    if (after === undefined) this.#table.remove(id);
    else this.#table.put(after);
    const change: Change = { id, before, after, isByTtl, at: this.now() };
    if (this.#latest?.isOn) this.#latest.add(change);
  }

  /** A stream that no other has the label of. */
  #turnOn(view = 'NEW_AND_OLD_IMAGES'): void {
    this.#labelledAt = Math.max(this.now(), this.#labelledAt + 1);
    const start = { view, shards: this.#options.shards ?? 1, at: this.#labelledAt };
    this.#latest = new Stream(this.#table, this.#numbers, start);
    this.#streams = [...this.#streams, this.#latest];
  }

  #running(to: string): Stream {
    if (this.#latest?.isOn) return this.#latest;
    throw new Error(`the table has no stream to ${to}`);
  }

  #named({ TableName: name }: Named): Table {
    if (name === this.#table.name || name === this.#table.arn) return this.#table;
    throw new Refusal(
      'ResourceNotFoundException',
      `Requested resource not found: Table: ${name} not found`,
    );
  }

  #stream(arn: string | undefined): Stream {
    const stream = this.#streams.find((one) => one.arn === arn);
    if (stream !== undefined) return stream;
    throw new Refusal(
      'ResourceNotFoundException',
      `Requested resource not found: Stream: ${arn} not found`,
    );
  }
}
