// dynalite with one table for each size given as an argument; sends its address when they are filled.
import { once } from 'node:events';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

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

/** @param {number} n */
function item(n) {
  const id = ((BigInt(n + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16);
  const time = (/** @type {number} */ seconds) => {
    const at = new Date(1_768_600_000_000 + (n * 10 + seconds) * 1000).toISOString();
    return { S: `${at.slice(0, 19)}.${String(100_000_000 + (n % 899_999_999))}Z` };
  };
  return {
    id: { S: id.padStart(16, '0') },
    user: { S: `user${n % 500}` },
    profile: { S: `profile-${n % 40}` },
    status: { S: ['active', 'expired', 'revoked'][n % 3] ?? 'active' },
    started_at: time(0),
    last_access_at: time(300),
    expires_at: time(900),
    request_count: { N: String(n % 200) },
    server_instance_id: { S: `srv-${n % 64}` },
    source_identity: { S: '' },
    device_id: { S: '' },
    created_at: time(0),
    updated_at: time(300),
    ttl: { N: String(1_768_600_900 + n * 10) },
    revoked_by: { S: '' },
    revoked_reason: { S: '' },
  };
}
