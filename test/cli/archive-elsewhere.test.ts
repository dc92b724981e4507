import { join } from 'node:path';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { after, itemOf, sessionsIn } from '../support/archives.js';
import { cli, scratch } from '../support/cli.js';
import { connect } from '../support/dynamodb.js';
import { startMoto, whyNoMoto } from '../support/moto.js';
import { startSeaweedfs, whyNoSeaweedfs } from '../support/seaweedfs.js';
import { idOf } from '../support/sessions.js';
import { startStreamedTable } from '../support/streams/server.js';

const whyMoto = await whyNoMoto();
if (whyMoto !== undefined) console.info(`moto is skipped: ${whyMoto}`);
const whySeaweedfs = await whyNoSeaweedfs();
if (whySeaweedfs !== undefined) console.info(`SeaweedFS is skipped: ${whySeaweedfs}`);

/** What can be done to a table. */
interface Changes {
  readonly put: (item: Record<string, AttributeValue>) => Promise<void> | void;
  readonly remove: (id: string) => Promise<void> | void;
}

interface Server {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Two runs, and one more that merges, with changes between: each session is there, as it was last. */
async function expectTruth(changes: Changes, to: string, env: Readonly<Record<string, string>>) {
  const revoked = { status: 'revoked', updated_at: after(60) };
  const run = (...args: string[]) => cli(['archive', '--to', to, ...args], { env });
  const ended = { code: 0, stdout: '', stderr: expect.stringContaining('all sessions until') };
  const truth = async (): Promise<unknown[]> => {
    const sessions = await sessionsIn(to, env);
    return sessions.map(({ id, status }) => [id, status]).toSorted();
  };

  await changes.put(itemOf(1, 0));
  await changes.put(itemOf(2, 0));
  expect(await run()).toMatchObject(ended);
  const first = [1, 2].map((n) => [idOf(n), 'active']);
  expect(await truth()).toEqual(first.toSorted());

  await changes.put(itemOf(2, 0, revoked));
  await changes.put(itemOf(3, 30));
  await changes.remove(idOf(1));
  await changes.remove(idOf(3));
  expect(await run()).toMatchObject(ended);
  const second = [
    [idOf(1), 'active'],
    [idOf(2), 'revoked'],
    [idOf(3), 'active'],
  ].toSorted();
  expect(await truth()).toEqual(second);
  expect(await run('--compact')).toMatchObject(ended);
  expect(await truth()).toEqual(second);
}

async function makeBucket(url: string, bucket: string): Promise<void> {
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}

describe.skipIf(whyMoto !== undefined)('an archive of a table of moto', () => {
  let moto: Server;
  let tables: DynamoDBClient;

  beforeAll(async () => {
    moto = await startMoto();
    tables = connect(moto.url);
    await makeBucket(moto.url, 'audit');
  });
  afterAll(async () => {
    tables?.destroy();
    await moto?.close();
  });

  it.each([
    ['a folder', 'one', () => join(scratch(), 'archive')],
    ['S3', 'two', () => 's3://audit/sentinel'],
  ])('lies in %s', async (_, TableName, place) => {
    await tables.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    const changes: Changes = {
      put: async (Item) => void (await tables.send(new PutItemCommand({ TableName, Item }))),
      remove: async (id) => {
        await tables.send(new DeleteItemCommand({ TableName, Key: { id: { S: id } } }));
      },
    };
    const env = { AWS_ENDPOINT_URL: moto.url, SENTINEL_SESSION_TABLE: TableName };
    await expectTruth(changes, place(), env);
  });
});

describe.skipIf(whySeaweedfs !== undefined)('an archive in SeaweedFS', () => {
  let seaweedfs: Server;

  beforeAll(async () => {
    seaweedfs = await startSeaweedfs();
    await makeBucket(seaweedfs.url, 'audit');
  });
  afterAll(async () => {
    await seaweedfs?.close();
  });

  it('is written, continued, merged and read', async () => {
    const table = await startStreamedTable();
    onTestFinished(() => table.close());
    const env = { AWS_ENDPOINT_URL: table.url, AWS_ENDPOINT_URL_S3: seaweedfs.url };
    const changes: Changes = {
      put: (item) => table.put(item),
      remove: (id) => table.remove(id, 'ttl'),
    };
    await expectTruth(changes, 's3://audit/sentinel', env);
  });
});
