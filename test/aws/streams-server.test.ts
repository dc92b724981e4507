import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type Shard,
  type ShardIteratorType,
  type StreamDescription,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../support/dynamodb.js';
import {
  type StreamedTable,
  type StreamedTableOptions,
  startStreamedTable,
} from '../support/streams/server.js';

const NAME = 'sentinel-sessions';
const START = Date.UTC(2026, 0, 20, 10, 0, 0, 123);
const DAY = 86_400;

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A table whose clock stands still, and its clients. */
async function start(options: StreamedTableOptions = {}) {
  const server = await startStreamedTable({ readsPerSecond: 1000, now: () => START, ...options });
  const tables = connect(server.url);
  const config = {
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const streams = new DynamoDBStreamsClient(config);
  const sts = new STSClient(config);
  open.push(server, ...[tables, streams, sts].map((one) => ({ close: () => one.destroy() })));

  const table = async () =>
    (await tables.send(new DescribeTableCommand({ TableName: NAME }))).Table!;
  const arn = async (): Promise<string> => (await table()).LatestStreamArn!;
  const stream = async (of?: string): Promise<StreamDescription> => {
    const command = new DescribeStreamCommand({ StreamArn: of ?? (await arn()) });
    return (await streams.send(command)).StreamDescription!;
  };
  const iterator = async (
    shard: Shard | undefined,
    type: ShardIteratorType = 'TRIM_HORIZON',
    number?: string,
    of?: string,
  ): Promise<string> => {
    const command = new GetShardIteratorCommand({
      StreamArn: of ?? (await arn()),
      ShardId: shard?.ShardId,
      ShardIteratorType: type,
      SequenceNumber: number,
    });
    return (await streams.send(command)).ShardIterator!;
  };
  const read = (text: string | undefined, limit?: number): Promise<GetRecordsCommandOutput> =>
    streams.send(new GetRecordsCommand({ ShardIterator: text, Limit: limit }));
  /** All of a closed shard, or what an open one has now. */
  const readShard = async (shard: Shard, of?: string): Promise<StreamRecord[]> => {
    const all: StreamRecord[] = [];
    for (let next: string | undefined = await iterator(shard, undefined, undefined, of); next;) {
      const page = await read(next);
      all.push(...page.Records!);
      const isCaughtUp = page.Records!.length === 0 && !isClosed(shard);
      next = isCaughtUp ? undefined : page.NextShardIterator;
    }
    return all;
  };
  return { server, tables, streams, sts, table, arn, stream, iterator, read, readShard };
}

const isClosed = (shard: Shard): boolean =>
  shard.SequenceNumberRange?.EndingSequenceNumber !== undefined;

const item = (id: string, more: Record<string, AttributeValue> = {}) => ({
  id: { S: id },
  ...more,
});

const namesOf = (records: StreamRecord[] | undefined): string[] =>
  records!.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.Keys?.['id']?.S}`);

/** Versions of items as records have them, by id. */
function versionsOf(records: readonly StreamRecord[]): Map<string, number[]> {
  const versions = new Map<string, number[]>();
  for (const { dynamodb } of records) {
    const id = dynamodb!.Keys!['id']!.S!;
    versions.set(id, [...(versions.get(id) ?? []), Number(dynamodb!.NewImage!['v']!.N)]);
  }
  return versions;
}

function putAll(server: StreamedTable, count: number, version: number): void {
  for (let n = 0; n < count; n++) server.put(item(`s${n}`, { v: { N: String(version) } }));
}

describe('the table', () => {
  it('is described, with the stream that is on, and without what was never on', async () => {
    const { server, table, stream } = await start();
    server.put(item('a', { note: { S: 'é' } }));
    expect(await table()).toMatchObject({
      TableName: NAME,
      TableArn: `arn:aws:dynamodb:us-east-1:111122223333:table/${NAME}`,
      TableId: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ItemCount: 1,
      TableSizeBytes: 2 + 1 + 4 + 2,
      LatestStreamLabel: '2026-01-20T10:00:00.123',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(await stream()).toMatchObject({
      StreamLabel: '2026-01-20T10:00:00.123',
      StreamStatus: 'ENABLED',
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      TableName: NAME,
      Shards: [{ ShardId: expect.stringMatching(/^shardId-\d{20}-[\da-f]{8}$/) }],
    });

    const without = await start({ stream: false });
    const described = await without.table();
    expect(Object.keys(described).filter((name) => name.includes('Stream'))).toEqual([]);
    const { Streams } = await without.streams.send(new ListStreamsCommand({ TableName: NAME }));
    expect(Streams).toEqual([]);
  });

  it('is scanned in pages, each item once, in segments too', async () => {
    const { server, tables } = await start();
    putAll(server, 50, 1);
    const scan = async (limit?: number, segment?: number, of?: number) => {
      const ids: string[] = [];
      const counts: number[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const page = await tables.send(
          new ScanCommand({
            TableName: NAME,
            Limit: limit,
            Segment: segment,
            TotalSegments: of,
            ExclusiveStartKey: from,
            ReturnConsumedCapacity: 'TOTAL',
          }),
        );
        expect(page).toMatchObject({ Count: page.Items!.length, ScannedCount: page.Items!.length });
        expect(page.ConsumedCapacity).toEqual({ TableName: NAME, CapacityUnits: 0.5 });
        ids.push(...page.Items!.map(({ id }) => id!.S!));
        counts.push(page.Items!.length);
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return { ids: ids.toSorted(), counts };
    };
    const all = Array.from({ length: 50 }, (_, n) => `s${n}`).toSorted();
    expect(await scan()).toEqual({ ids: all, counts: [50] });
    expect(await scan(25)).toEqual({ ids: all, counts: [25, 25, 0] });
    const parts = await Promise.all([0, 1, 2].map((segment) => scan(7, segment, 3)));
    expect(parts.flatMap(({ ids }) => ids).toSorted()).toEqual(all);
    expect(Math.max(...parts.map(({ ids }) => ids.length))).toBeLessThan(50);
  });

  it('cuts a page of Scan at 1 MiB', async () => {
    const { server, tables } = await start();
    for (let n = 0; n < 8; n++) server.put(item(`s${n}`, { note: { S: 'x'.repeat(300_000) } }));
    const page = await tables.send(new ScanCommand({ TableName: NAME }));
    expect(page.Count).toBe(3);
    expect(page.LastEvaluatedKey).toEqual({ id: page.Items!.at(-1)!['id'] });
  });

  it('gets items by their ids, and refuses what AWS would', async () => {
    const { server, tables } = await start();
    server.put(item('a', { data: { B: new Uint8Array([1, 2]) } }));
    const get = (ids: string[]) =>
      tables.send(
        new BatchGetItemCommand({ RequestItems: { [NAME]: { Keys: ids.map((id) => item(id)) } } }),
      );
    expect(await get(['a', 'b'])).toMatchObject({
      Responses: { [NAME]: [{ id: { S: 'a' }, data: { B: new Uint8Array([1, 2]) } }] },
      UnprocessedKeys: {},
    });
    const one = new GetItemCommand({ TableName: NAME, Key: item('b') });
    expect((await tables.send(one)).Item).toBeUndefined();
    const many = Array.from({ length: 101 }, (_, n) => `s${n}`);
    await expect(get(many)).rejects.toThrow(/Too many items/);
    await expect(get(['a', 'a'])).rejects.toThrow(/duplicates/);
    const query = new QueryCommand({ TableName: NAME, IndexName: 'gsi-user' });
    await expect(tables.send(query)).rejects.toMatchObject({ name: 'ValidationException' });
    const filtered = new ScanCommand({ TableName: NAME, FilterExpression: 'a = b' });
    await expect(tables.send(filtered)).rejects.toMatchObject({ name: 'ValidationException' });
    const other = new DescribeTableCommand({ TableName: 'other' });
    await expect(tables.send(other)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('says whether it deletes by itself, and who asks', async () => {
    const { server, tables, sts } = await start();
    const ask = async () =>
      (await tables.send(new DescribeTimeToLiveCommand({ TableName: NAME }))).TimeToLiveDescription;
    expect(await ask()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    server.setTimeToLive('ENABLED');
    expect(await ask()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
    expect(await sts.send(new GetCallerIdentityCommand())).toMatchObject({
      Account: '111122223333',
    });
  });
});

describe('a record', () => {
  it('has both images, its keys and its time in whole seconds', async () => {
    const { server, stream, readShard } = await start();
    server.put(item('a', { n: { N: '1' } }));
    server.put(item('a', { n: { N: '1' } }));
    server.update('a', { m: { L: [{ S: 'x' }] } });
    server.advance(1.5);
    server.remove('a');
    server.remove('a');
    const records = await readShard((await stream()).Shards![0]!);
    const before = item('a', { n: { N: '1' } });
    const after = { ...before, m: { L: [{ S: 'x' }] } };
    expect(records).toMatchObject([
      { eventName: 'INSERT', dynamodb: { NewImage: before } },
      { eventName: 'MODIFY', dynamodb: { OldImage: before, NewImage: after } },
      {
        eventID: expect.stringMatching(/^[\da-f]{32}$/),
        eventName: 'REMOVE',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
        dynamodb: {
          ApproximateCreationDateTime: new Date('2026-01-20T10:00:01Z'),
          Keys: item('a'),
          OldImage: after,
          SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
          SizeBytes: 3 + 3 + 3 + (1 + 3 + 1 + 1),
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ]);
    expect(records[0]!.dynamodb!.OldImage).toBeUndefined();
    expect(records[2]!.dynamodb!.NewImage).toBeUndefined();
    expect(records.map(({ userIdentity }) => userIdentity)).toEqual(Array(3).fill(undefined));
  });

  it('names DynamoDB where time to live removed the item', async () => {
    const { server, stream, readShard } = await start();
    server.put(item('a', { ttl: { N: '1' } }));
    server.remove('a', 'ttl');
    expect((await readShard((await stream()).Shards![0]!))[1]).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
      dynamodb: { OldImage: item('a', { ttl: { N: '1' } }) },
    });
  });

  it.each([
    ['KEYS_ONLY', []],
    ['NEW_IMAGE', ['NewImage']],
    ['OLD_IMAGE', ['OldImage']],
  ])('has the images of the view %s', async (view, images) => {
    const { server, stream, readShard } = await start({ stream: false });
    server.setStream('on', view);
    server.put(item('a'));
    server.update('a', { n: { N: '1' } });
    const { dynamodb } = (await readShard((await stream()).Shards![0]!))[1]!;
    expect(Object.keys(dynamodb!).filter((name) => name.endsWith('Image'))).toEqual(images);
    expect(dynamodb!.StreamViewType).toBe(view);
  });
});

describe('shards', () => {
  it('close when they are split; an item stays in one lineage, in order', async () => {
    const { server, stream, readShard } = await start({ shards: 2 });
    const lineages = new Map<string, string[]>();
    for (let version = 1; version <= 4; version++) {
      putAll(server, 40, version);
      if (version < 4) server.split();
    }
    const { Shards: shards } = await stream();
    expect(shards).toHaveLength(2 + 4 + 8 + 16);
    expect(shards!.filter((shard) => !isClosed(shard))).toHaveLength(16);
    const records: StreamRecord[] = [];
    for (const shard of shards!) {
      const { StartingSequenceNumber: from, EndingSequenceNumber: to } = shard.SequenceNumberRange!;
      const parent = shards!.find(({ ShardId: id }) => id === shard.ParentShardId);
      const end = parent?.SequenceNumberRange?.EndingSequenceNumber;
      if (end !== undefined) expect(BigInt(from!)).toBeGreaterThan(BigInt(end));
      const inShard = await readShard(shard);
      for (const { dynamodb } of inShard) {
        const number = BigInt(dynamodb!.SequenceNumber!);
        expect(number).toBeGreaterThanOrEqual(BigInt(from!));
        if (to !== undefined) expect(number).toBeLessThanOrEqual(BigInt(to));
        const id = dynamodb!.Keys!['id']!.S!;
        const lineage = lineages.get(id) ?? [];
        expect(shard.ParentShardId).toBe(lineage.at(-1));
        lineages.set(id, [...lineage, shard.ShardId!]);
      }
      records.push(...inShard);
    }
    const versions = versionsOf(records);
    expect(versions.size).toBe(40);
    expect(new Set([...versions.values()].map(String))).toEqual(new Set(['1,2,3,4']));
    expect(new Set([...lineages.values()].map((ids) => ids.at(-1))).size).toBeGreaterThan(8);
    const numbers = records.map(({ dynamodb }) => dynamodb!.SequenceNumber!);
    expect(new Set(numbers).size).toBe(160);
    expect(new Set(numbers.map((number) => number.length))).toEqual(new Set([21, 22]));
  });

  it('are told of in pages, and the children of one alone', async () => {
    const { server, streams, arn, stream } = await start({ shards: 3 });
    server.split();
    const ids: string[] = [];
    const lengths: number[] = [];
    let after: string | undefined;
    do {
      const command = new DescribeStreamCommand({
        StreamArn: await arn(),
        Limit: 4,
        ExclusiveStartShardId: after,
      });
      const { Shards, LastEvaluatedShardId } = (await streams.send(command)).StreamDescription!;
      ids.push(...Shards!.map(({ ShardId: id }) => id!));
      lengths.push(Shards!.length);
      after = LastEvaluatedShardId;
    } while (after !== undefined);
    const all = (await stream()).Shards!;
    expect(lengths).toEqual([4, 4, 1]);
    expect(ids).toEqual(all.map(({ ShardId: id }) => id));
    const children = new DescribeStreamCommand({
      StreamArn: await arn(),
      ShardFilter: { Type: 'CHILD_SHARDS', ShardId: ids[1] },
    });
    expect((await streams.send(children)).StreamDescription!.Shards).toEqual(
      all.filter(({ ParentShardId: parent }) => parent === ids[1]),
    );
    const tooMany = new DescribeStreamCommand({ StreamArn: await arn(), Limit: 101 });
    await expect(streams.send(tooMany)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(stream(`${await arn()}0`)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('are forgotten a day after they ended, with their records', async () => {
    const { server, stream, iterator, read, readShard } = await start();
    server.put(item('old'));
    const [parent] = (await stream()).Shards!;
    const early = await iterator(parent);
    const first = (await read(early)).Records![0]!.dynamodb!.SequenceNumber;
    server.split();
    server.advance(DAY);
    server.put(item('new'));
    server.trim();
    expect((await stream()).Shards).toHaveLength(3);
    server.advance(1);
    server.trim();
    const { Shards: shards } = await stream();
    expect(shards!.map((shard) => shard.ParentShardId)).toEqual(Array(2).fill(parent!.ShardId));
    await expect(iterator(parent, 'AFTER_SEQUENCE_NUMBER', first)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const records = await Promise.all(shards!.map((shard) => readShard(shard)));
    expect(namesOf(records.flat())).toEqual(['INSERT new']);
  });

  it('can be forgotten as soon as they are closed', async () => {
    const { server, stream, iterator, read } = await start();
    server.put(item('a'));
    const early = await iterator((await stream()).Shards![0]);
    server.split();
    server.forgetClosedShards();
    expect((await stream()).Shards).toHaveLength(2);
    await expect(read(early)).rejects.toMatchObject({ name: 'TrimmedDataAccessException' });
  });
});

describe('iterators', () => {
  it('begin at the horizon, at a number, after it, or with what is to come', async () => {
    const { server, stream, iterator, read } = await start();
    for (const id of ['a', 'b', 'c']) server.put(item(id));
    const [shard] = (await stream()).Shards!;
    const { Records: records } = await read(await iterator(shard));
    const middle = records![1]!.dynamodb!.SequenceNumber;
    const latest = await iterator(shard, 'LATEST');
    server.put(item('d'));
    const from = async (type: ShardIteratorType, number?: string) =>
      namesOf((await read(await iterator(shard, type, number))).Records);
    expect(await from('TRIM_HORIZON')).toEqual(['a', 'b', 'c', 'd'].map((id) => `INSERT ${id}`));
    expect(await from('AT_SEQUENCE_NUMBER', middle)).toEqual(['INSERT b', 'INSERT c', 'INSERT d']);
    expect(await from('AFTER_SEQUENCE_NUMBER', middle)).toEqual(['INSERT c', 'INSERT d']);
    expect(await from('LATEST')).toEqual([]);
    expect(namesOf((await read(latest)).Records)).toEqual(['INSERT d']);
    const { StartingSequenceNumber: least } = shard!.SequenceNumberRange!;
    expect(await from('AT_SEQUENCE_NUMBER', least)).toHaveLength(4);
    const beyond = [`9${middle}`, String(BigInt(least!) - 1n), 'x', undefined];
    for (const number of beyond) {
      await expect(iterator(shard, 'AFTER_SEQUENCE_NUMBER', number)).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
    await expect(iterator({ ShardId: 'shardId-none-of-them-at-all' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('cannot be used after 15 minutes of the server, nor when they are none', async () => {
    const { server, stream, iterator, read } = await start();
    const first = await iterator((await stream()).Shards![0]);
    server.advance(899);
    const { NextShardIterator: next } = await read(first);
    server.advance(1);
    await expect(read(first)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
    expect(next).not.toBe(first);
    await expect(read(next)).resolves.toMatchObject({ Records: [] });
    await expect(read('x')).rejects.toMatchObject({ name: 'ValidationException' });

    const brief = await start({ iteratorLifeMs: 1000 });
    const short = await brief.iterator((await brief.stream()).Shards![0]);
    brief.server.advance(1);
    await expect(brief.read(short)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
  });

  it('cannot be used for what was trimmed meanwhile, or before', async () => {
    const { server, stream, iterator, read } = await start();
    server.put(item('a'));
    const [shard] = (await stream()).Shards!;
    const early = await iterator(shard);
    const { Records: records, NextShardIterator: next } = await read(early);
    const number = records![0]!.dynamodb!.SequenceNumber;
    server.trimAll();
    server.put(item('b'));
    await expect(read(early)).rejects.toMatchObject({ name: 'TrimmedDataAccessException' });
    for (const type of ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'] as const) {
      await expect(iterator(shard, type, number)).rejects.toMatchObject({
        name: 'TrimmedDataAccessException',
      });
    }
    expect(namesOf((await read(next)).Records)).toEqual(['INSERT b']);
    expect(namesOf((await read(await iterator(shard))).Records)).toEqual(['INSERT b']);
  });
});

describe('pages of records', () => {
  it('have no more than 1,000, what was asked for or what the server gives', async () => {
    const { server, stream, iterator, read } = await start();
    putAll(server, 1500, 1);
    const [shard] = (await stream()).Shards!;
    const first = await read(await iterator(shard));
    expect(first.Records).toHaveLength(1000);
    expect((await read(first.NextShardIterator)).Records).toHaveLength(500);
    expect((await read(await iterator(shard), 7)).Records).toHaveLength(7);
    for (const limit of [0, 1001]) {
      await expect(read(await iterator(shard), limit)).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
    const few = await start({ recordsPerPage: 3 });
    putAll(few.server, 5, 1);
    const page = await few.read(await few.iterator((await few.stream()).Shards![0]));
    expect(page.Records).toHaveLength(3);
  });

  it('have no more than 1 MiB', async () => {
    const { server, stream, iterator, read } = await start();
    const note = { S: 'x'.repeat(300_000) };
    for (let n = 0; n < 4; n++) server.put(item(`s${n}`, { note }));
    server.split();
    const first = await read(await iterator((await stream()).Shards![0]));
    expect(namesOf(first.Records)).toEqual(['INSERT s0', 'INSERT s1', 'INSERT s2']);
    const second = await read(first.NextShardIterator);
    expect(namesOf(second.Records)).toEqual(['INSERT s3']);
    expect(second.NextShardIterator).toBeUndefined();
  });

  it('may be empty although records are there', async () => {
    const { server, stream, iterator, read } = await start({ emptyPages: 2, recordsPerPage: 1 });
    server.put(item('a'));
    server.put(item('b'));
    server.split();
    const counts: number[] = [];
    let next: string | undefined = await iterator((await stream()).Shards![0]);
    while (next !== undefined) {
      const page: GetRecordsCommandOutput = await read(next);
      counts.push(page.Records!.length);
      next = page.NextShardIterator;
    }
    expect(counts).toEqual([0, 0, 1, 0, 0, 1]);
  });

  it('go on without end in an open shard, and end in a closed one', async () => {
    const { server, stream, iterator, read } = await start();
    const [shard] = (await stream()).Shards!;
    const empty = await read(await iterator(shard));
    expect(empty).toMatchObject({ Records: [], NextShardIterator: expect.any(String) });
    server.split();
    const { NextShardIterator: next } = await read(empty.NextShardIterator);
    expect(next).toBeUndefined();
  });

  it('are five a second of one shard', async () => {
    const { server, stream, iterator, read } = await start({ shards: 2, readsPerSecond: 5 });
    const { Shards: shards } = await stream();
    const [one, other] = await Promise.all(shards!.map((shard) => iterator(shard)));
    server.put(item('a'));
    const reads = await Promise.allSettled(Array.from({ length: 6 }, () => read(one)));
    expect(
      reads.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
    ).toMatchObject([{ name: 'LimitExceededException', $metadata: { httpStatusCode: 400 } }]);
    await read(other);
    await sleep(1000);
    await read(one);
  });
});

describe('a stream', () => {
  it('can be read when it is off, for a day; on again, it is another', async () => {
    const { server, table, stream, streams, readShard } = await start();
    server.put(item('a'));
    const before = await table();
    server.setStream('off');
    server.put(item('unseen'));
    const off = await table();
    expect(off.LatestStreamArn).toBe(before.LatestStreamArn);
    expect(off.StreamSpecification).toBeUndefined();
    const old = await stream();
    expect(old).toMatchObject({ StreamStatus: 'DISABLED' });
    expect(old.Shards!.every(isClosed)).toBe(true);
    expect(namesOf(await readShard(old.Shards![0]!))).toEqual(['INSERT a']);

    server.setStream('on', 'NEW_IMAGE');
    server.put(item('b'));
    const on = await table();
    expect(on.LatestStreamLabel).not.toBe(before.LatestStreamLabel);
    expect(on.TableId).toBe(before.TableId);
    expect(on.StreamSpecification!.StreamViewType).toBe('NEW_IMAGE');
    expect(namesOf(await readShard((await stream()).Shards![0]!))).toEqual(['INSERT b']);
    const listed = async () => {
      const { Streams } = await streams.send(new ListStreamsCommand({ TableName: NAME }));
      return Streams!.map(({ StreamArn: arn }) => arn);
    };
    expect(await listed()).toEqual([before.LatestStreamArn, on.LatestStreamArn]);
    server.advance(DAY + 1);
    server.trim();
    expect(await listed()).toEqual([on.LatestStreamArn]);
    await expect(stream(before.LatestStreamArn)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('is another where the table is another, under the same name', async () => {
    const { server, tables, table, stream, readShard } = await start();
    server.put(item('a'));
    const before = await table();
    server.recreate();
    const after = await table();
    expect(after.TableArn).toBe(before.TableArn);
    expect(after.TableId).not.toBe(before.TableId);
    expect(after.LatestStreamArn).not.toBe(before.LatestStreamArn);
    expect((await tables.send(new ScanCommand({ TableName: NAME }))).Items).toEqual([]);
    expect(await readShard((await stream()).Shards![0]!)).toEqual([]);
    const old = await stream(before.LatestStreamArn);
    expect(old.StreamStatus).toBe('DISABLED');
    const records = await readShard(old.Shards![0]!, before.LatestStreamArn);
    expect(namesOf(records)).toEqual(['INSERT a']);
  });
});

describe('the server', () => {
  it('notes what it is asked, by its own clock, and fails as it is told', async () => {
    const { server, table, arn, stream } = await start({
      fault: (operation, number) => {
        if (operation === 'DescribeStream' && number === 0) return 'drop';
        if (operation === 'DescribeStream' && number === 1) {
          return { status: 500, type: 'InternalServerError', message: 'not today' };
        }
        return undefined;
      },
    });
    const of = await arn();
    server.advance(60);
    await expect(stream(of)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(stream(of)).rejects.toMatchObject({
      name: 'InternalServerError',
      message: 'not today',
    });
    await stream(of);
    await table();
    const asked = { operation: 'DescribeStream', input: { StreamArn: of }, at: START + 60_000 };
    expect(server.seen).toEqual([
      { operation: 'DescribeTable', input: { TableName: NAME }, at: START },
      asked,
      asked,
      asked,
      { operation: 'DescribeTable', input: { TableName: NAME }, at: START + 60_000 },
    ]);
  });
});
