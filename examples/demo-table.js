// An in-memory DynamoDB that answers over HTTP on this machine, with the example sessions in it, and an STS.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { startSts } from './demo-sts.js';

const TABLE = 'sentinel-sessions';
const INDEXES = ['user', 'status', 'profile'];

/** Starts it; the environment is what a program needs to ask it instead of AWS. */
export async function startDemoTable() {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const sts = await startSts();
  const environment = {
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'demo',
    AWS_SECRET_ACCESS_KEY: 'demo',
  };
  await fill(environment.AWS_ENDPOINT_URL_DYNAMODB);
  return {
    environment,
    close: () => {
      server.closeAllConnections();
      server.close();
      sts.close();
    },
  };
}

/** @param {string} endpoint */
async function fill(endpoint) {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'created_at', ...INDEXES].map((name) => ({
        AttributeName: name,
        AttributeType: 'S',
      })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: INDEXES.map((name) => ({
        IndexName: `gsi-${name}`,
        KeySchema: [
          { AttributeName: name, KeyType: 'HASH' },
          { AttributeName: 'created_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  );
  const text = await readFile(new URL('data/sessions.ndjson', import.meta.url), 'utf8');
  const items = text.trim().split('\n').map(toItem);
  while (items.length > 0) {
    const requests = items.splice(0, 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
  }
  client.destroy();
}

/**
 * @param {string} line
 * @returns {Record<string, import('@aws-sdk/client-dynamodb').AttributeValue>}
 */
function toItem(line) {
  return Object.fromEntries(
    Object.entries(JSON.parse(line)).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: String(value) },
    ]),
  );
}
