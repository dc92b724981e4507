import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../support/dynamodb.js';
import { startMoto, whyNoMoto } from '../support/moto.js';

const why = await whyNoMoto();
if (why !== undefined) console.info(`moto is skipped: ${why}`);

const TableName = 'sentinel-sessions';
const key = { id: { S: 'a' } };
const active = { ...key, status: { S: 'active' } };
const revoked = { ...key, status: { S: 'revoked' } };

/**
 * moto 5.2.5 gives what changed an item as AWS does, with both images. Other than AWS it
 * - has one shard for each table, of an id that is always the same, which never closes and is never trimmed;
 * - counts sequence numbers up by one, all of 22 digits;
 * - writes `eventVersion` 1.0, times with milliseconds, and labels with microseconds;
 * - writes a MODIFY where the item that is put is what was there;
 * - heeds the table alone in the ARN of a stream: any label gives the newest stream;
 * - answers an iterator that it does not know with a page of HTML and status 500; none ever expires;
 * - has no limit of reads, nor of the bytes of a page.
 */
describe.skipIf(why !== undefined)('a stream of moto', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let streams: DynamoDBStreamsClient;
  let arn: string;

  beforeAll(async () => {
    moto = await startMoto();
    streams = new DynamoDBStreamsClient({
      endpoint: moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const tables = connect(moto.url);
    await tables.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    await tables.send(new PutItemCommand({ TableName, Item: active }));
    await tables.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: 'SET #status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': revoked.status },
      }),
    );
    await tables.send(new PutItemCommand({ TableName, Item: revoked }));
    await tables.send(new DeleteItemCommand({ TableName, Key: key }));
    const { Table: table } = await tables.send(new DescribeTableCommand({ TableName }));
    arn = table!.LatestStreamArn!;
    tables.destroy();
  });
  afterAll(async () => {
    streams?.destroy();
    await moto?.close();
  });

  const shards = async (of: string) =>
    (await streams.send(new DescribeStreamCommand({ StreamArn: of }))).StreamDescription!.Shards!;

  const read = async (type: ShardIteratorType, number?: string) => {
    const { ShardIterator: iterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn: arn,
        ShardId: (await shards(arn))[0]!.ShardId,
        ShardIteratorType: type,
        SequenceNumber: number,
      }),
    );
    return streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
  };

  it('has every change, with both images', async () => {
    const { Records: records, NextShardIterator: next } = await read('TRIM_HORIZON');
    const images = records!.map(({ eventName, dynamodb }) => [
      eventName,
      dynamodb!.OldImage,
      dynamodb!.NewImage,
    ]);
    expect(images).toEqual([
      ['INSERT', undefined, active],
      ['MODIFY', active, revoked],
      ['MODIFY', revoked, revoked],
      ['REMOVE', revoked, undefined],
    ]);
    expect(records!.map(({ dynamodb }) => dynamodb!.Keys)).toEqual([key, key, key, key]);
    expect(records![0]!.eventVersion).toBe('1.0');
    const last = await streams.send(new GetRecordsCommand({ ShardIterator: next }));
    expect(last).toMatchObject({ Records: [], NextShardIterator: expect.any(String) });
    const number = records![1]!.dynamodb!.SequenceNumber;
    expect((await read('AT_SEQUENCE_NUMBER', number)).Records).toEqual(records!.slice(1));
    expect((await read('AFTER_SEQUENCE_NUMBER', number)).Records).toEqual(records!.slice(2));
  });

  it('has one shard, whatever label is asked for', async () => {
    const all = await shards(arn);
    expect(all).toHaveLength(1);
    expect(await shards(`${arn}0`)).toEqual(all);
    const unknown = streams.send(new GetRecordsCommand({ ShardIterator: 'none' }));
    await expect(unknown).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  });
});
