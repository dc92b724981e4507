// dynalite with one table for each size given as an argument; sends its address when they are filled.
import { once } from 'node:events';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { sessionRow } from './session-rows.js';

const server = dynalite({ createTableMs: 0 });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = address !== null && typeof address === 'object' ? address.port : 0;
const endpoint = `http://127.0.0.1:${port}`;
const client = new DynamoDBClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});

for (const size of process.argv.slice(2).map(Number)) {
  const TableName = `rows-${size}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  for (let at = 0; at < size; at += 25) {
    const requests = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: item(at + n) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  }
}
process.send?.(endpoint);

/** The row as an item: numbers are texts. */
function item(/** @type {number} */ n) {
  return Object.fromEntries(
    Object.entries(sessionRow(n)).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );
}
