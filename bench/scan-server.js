// A DynamoDB of canned answers: the table `full` has as many pages of 1,000 items as it is told, `empty` has one without
// items. Sends its address.
import { createServer } from 'node:http';
import { sessionRow } from './session-rows.js';

const pages = Number(process.argv[2] ?? 100);
const ROWS = 1000;

function item(/** @type {number} */ n) {
  return Object.fromEntries(
    Object.entries(sessionRow(n)).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );
}

// The same rows on every page but for the key that comes next: what the client does with them is measured.
const Items = Array.from({ length: ROWS }, (_, at) => item(at));
const ConsumedCapacity = { TableName: 'full', CapacityUnits: 128 };
const page = { Items, Count: ROWS, ScannedCount: ROWS, ConsumedCapacity };
const most = Buffer.from(JSON.stringify(page).slice(0, -1));
const answer = (/** @type {number} */ number) => {
  const rest = number + 1 < pages ? `,"LastEvaluatedKey":{"id":{"S":"${number + 1}"}}}` : '}';
  return Buffer.concat([most, Buffer.from(rest)]);
};
const EMPTY = Buffer.from('{"Items":[],"Count":0,"ScannedCount":0}');
const TABLE = {
  TableStatus: 'ACTIVE',
  ItemCount: pages * ROWS,
  TableSizeBytes: 1e6,
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  TableArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/full',
};

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => (body += String(piece)));
  request.on('end', () => {
    const asked = JSON.parse(body);
    const action = String(request.headers['x-amz-target']).split('.')[1];
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (action === 'DescribeTable')
      response.end(JSON.stringify({ Table: { ...TABLE, TableName: asked.TableName } }));
    else if (action !== 'Scan')
      response.end(JSON.stringify({ TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } }));
    else if (asked.TableName === 'empty' || asked.Segment > 0) response.end(EMPTY);
    else response.end(answer(Number(asked.ExclusiveStartKey?.id.S ?? 0)));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(
    `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
  );
});
