import { randomUUID } from 'node:crypto';
import { Refusal } from '../refusal.js';
import { invalid, within } from './invalid.js';
import { type Item, PLACES, idOf, placeOf, sizeOf } from './item.js';

const MIB = 1024 * 1024;
/** Bytes of an item, of a page of Scan, and of an answer of BatchGetItem at the most. */
const MOST_OF_ITEM = 400 * 1024;
const MOST_OF_PAGE = MIB;
const MOST_OF_BATCH = 16 * MIB;
const KEYS_AT_ONCE = 100;

interface Capacity {
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: string;
}

export interface ScanInput extends Capacity {
  readonly Limit?: number;
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ExclusiveStartKey?: Item;
}

export interface BatchInput extends Capacity {
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys?: readonly Item[]; readonly ConsistentRead?: boolean }>
  >;
}

export interface GetInput extends Capacity {
  readonly Key?: Item;
}

/** An item with where it lies and the bytes it is counted with. */
interface Row {
  readonly id: string;
  readonly item: Item;
  readonly place: number;
  readonly size: number;
}

/** Items by their `id`, the only key: there are no indexes. */
export class Table {
  readonly name: string;
  readonly arn: string;
  readonly id = randomUUID();
  readonly #createdAt: number;
  readonly #rows = new Map<string, Row>();
  /** All rows as a Scan goes through them, while that is known. */
  #order: readonly Row[] | undefined;

  constructor(arn: string, createdAt: number) {
    this.name = arn.split('/').at(-1)!;
    this.arn = arn;
    this.#createdAt = createdAt;
  }

  item(id: string): Item | undefined {
    return this.#rows.get(id)?.item;
  }

  put(item: Item): void {
    const id = idOf(item);
    if (id === undefined) throw new Error('an item has an id, which is a text');
    const size = sizeOf(item);
    if (size > MOST_OF_ITEM) throw new Error(`item ${id} has ${size} bytes, 400 KiB is the most`);
    this.#rows.set(id, { id, item, size, place: placeOf(id) });
    this.#order = undefined;
  }

  remove(id: string): void {
    this.#rows.delete(id);
    this.#order = undefined;
  }

  describe(): Readonly<Record<string, unknown>> {
    return {
      TableName: this.name,
      TableArn: this.arn,
      TableId: this.id,
      TableStatus: 'ACTIVE',
      CreationDateTime: this.#createdAt / 1000,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      ItemCount: this.#rows.size,
      TableSizeBytes: bytesOf([...this.#rows.values()]),
    };
  }

  scan(input: ScanInput): Readonly<Record<string, unknown>> {
    refuseUnknown(input, SCANNED_WITH);
    const isWhole = (input.Segment === undefined) === (input.TotalSegments === undefined);
    if (!isWhole) throw invalid('Segment and TotalSegments come together');
    const total = within('TotalSegments', input.TotalSegments, [1, 1_000_000], 1);
    const segment = within('Segment', input.Segment, [0, total - 1], 0);
    const most = within('Limit', input.Limit, [1, 2 ** 31 - 1], Infinity);
    const isOfSegment = ({ place }: Pick<Row, 'place'>): boolean =>
      Math.floor((place * total) / PLACES) === segment;
    const from = startOf(input.ExclusiveStartKey);
    if (from !== undefined && !isOfSegment(from)) {
      throw invalid('The provided starting key is outside the segment');
    }
    const page: Row[] = [];
    let bytes = 0;
    let isCut = false;
    for (const row of this.#inOrder()) {
      if (!isOfSegment(row) || (from !== undefined && compare(row, from) <= 0)) continue;
      isCut = page.length > 0 && bytes + row.size > MOST_OF_PAGE;
      if (isCut) break;
      page.push(row);
      bytes += row.size;
      isCut = page.length === most; // also where nothing follows, as AWS does
      if (isCut) break;
    }
    return {
      Items: page.map(({ item }) => item),
      Count: page.length,
      ScannedCount: page.length,
      ...(isCut && { LastEvaluatedKey: { id: { S: page.at(-1)!.id } } }),
      ...this.#consumed(input, page, (capacity) => capacity),
    };
  }

  getItem(input: GetInput): Readonly<Record<string, unknown>> {
    refuseUnknown(input, GOT_WITH);
    const row = this.#rows.get(keyIn(input.Key));
    return {
      ...(row !== undefined && { Item: row.item }),
      ...this.#consumed(input, row === undefined ? [] : [row], (capacity) => capacity),
    };
  }

  batchGetItem(input: BatchInput): Readonly<Record<string, unknown>> {
    const [[name, asked] = [], ...others] = Object.entries(input.RequestItems ?? {});
    if (name === undefined || asked === undefined) throw invalid('RequestItems is needed');
    if (others.length > 0) throw new Refusal('ResourceNotFoundException', 'there is one table');
    refuseUnknown(asked, ['Keys', 'ConsistentRead']);
    const ids = (asked.Keys ?? []).map(keyIn);
    if (ids.length === 0 || ids.length > KEYS_AT_ONCE) {
      throw invalid(`Too many items requested for the BatchGetItem call, or none: ${ids.length}`);
    }
    if (new Set(ids).size < ids.length) {
      throw invalid('Provided list of item keys contains duplicates');
    }
    const found: Row[] = [];
    const left: Item[] = [];
    let bytes = 0;
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row === undefined) continue;
      bytes += row.size;
      if (bytes > MOST_OF_BATCH) left.push({ id: { S: id } });
      else found.push(row);
    }
    return {
      Responses: { [name]: found.map(({ item }) => item) },
      UnprocessedKeys: left.length === 0 ? {} : { [name]: { ...asked, Keys: left } },
      ...this.#consumed({ ...input, ...asked }, found, (capacity) => [capacity]),
    };
  }

  /** Units of 4 KiB, half of one at the least, where they are asked for. */
  #consumed(
    { ReturnConsumedCapacity: asked = 'NONE', ConsistentRead: isConsistent }: Capacity,
    rows: readonly Row[],
    wrap: (capacity: object) => unknown,
  ): Readonly<Record<string, unknown>> {
    if (asked === 'NONE') return {};
    const units = Math.max(Math.ceil(bytesOf(rows) / 4096), 1) * (isConsistent === true ? 1 : 0.5);
    return { ConsumedCapacity: wrap({ TableName: this.name, CapacityUnits: units }) };
  }

  #inOrder(): readonly Row[] {
    return (this.#order ??= [...this.#rows.values()].toSorted(compare));
  }
}

const READ_WITH = ['TableName', 'ConsistentRead', 'ReturnConsumedCapacity'];
const SCANNED_WITH = [...READ_WITH, 'Limit', 'Segment', 'TotalSegments', 'ExclusiveStartKey'];
const GOT_WITH = [...READ_WITH, 'Key'];

/** A filter that would be taken and not heeded would let a test pass for nothing. */
function refuseUnknown(input: object, known: readonly string[]): void {
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`${unknown} is not served by this table`);
}

type Start = Pick<Row, 'id' | 'place'>;

function startOf(key: Item | undefined): Start | undefined {
  if (key === undefined) return undefined;
  const id = keyIn(key);
  return { id, place: placeOf(id) };
}

function compare(a: Start, b: Start): number {
  return a.place - b.place || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function keyIn(key: Item | undefined): string {
  const id = idOf(key);
  if (id === undefined || Object.keys(key ?? {}).length > 1) {
    throw invalid('The provided key element does not match the schema');
  }
  return id;
}

function bytesOf(rows: readonly Row[]): number {
  return rows.reduce((total, { size }) => total + size, 0);
}
