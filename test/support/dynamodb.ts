import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { Row } from './sessions.js';

/** A DynamoDB that answers over HTTP on this machine. */
export interface Endpoint {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function startDynalite(): Promise<Endpoint> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function connect(url: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

/** The secondary indexes that Sentinel's own infrastructure makes. */
const INDEXES = ['user', 'status', 'profile'];

/** The session table as Sentinel makes it, with the rows in it; values are AttributeValues where a row has them. */
export async function createTable(
  url: string,
  table: string,
  rows: readonly Row[],
  indexes = INDEXES,
): Promise<void> {
  const client = connect(url);
  const attributes = ['id', ...indexes, ...(indexes.length > 0 ? ['created_at'] : [])];
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((name) => ({
          IndexName: `gsi-${name}`,
          KeySchema: [
            { AttributeName: name, KeyType: 'HASH' as const },
            { AttributeName: 'created_at', KeyType: 'RANGE' as const },
          ],
          Projection: { ProjectionType: 'ALL' as const },
        })),
      }),
    }),
  );
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    const states = [Table, ...(Table?.GlobalSecondaryIndexes ?? [])].map((part) =>
      part && 'TableStatus' in part
        ? part.TableStatus
        : (part as { IndexStatus?: string }).IndexStatus,
    );
    if (states.every((state) => state === 'ACTIVE')) break;
    await sleep(20);
  }
  await putRows(client, table, rows);
  client.destroy();
}

async function putRows(client: DynamoDBClient, table: string, rows: readonly Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 25) {
    const requests = rows.slice(at, at + 25).map((row) => ({ PutRequest: { Item: toItem(row) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  }
}

/** Texts and numbers as DynamoDB types them; anything else is taken as it is. */
export function toItem(row: Row): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? { S: value }
        : typeof value === 'number'
          ? { N: String(value) }
          : (value as AttributeValue),
    ]),
  );
}
