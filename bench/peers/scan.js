// Scans the table `full` of the canned server: by hand, as the SDK comes, or as we do.
import { Agent, request } from 'node:http';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { openSessions } from '../../dist/index.js';
import { Counters } from '../../dist/pipeline/read-context.js';
import { timed } from './work.js';

const [, , way = '', endpoint = ''] = process.argv;
const client = new DynamoDBClient({ endpoint, region: 'us-east-1' });
const agent = new Agent({ keepAlive: true });

async function ask(/** @type {unknown} */ after) {
  const body = JSON.stringify({ TableName: 'full', ExclusiveStartKey: after, Limit: 1000 });
  const text = await new Promise((resolve, reject) => {
    const asked = request(endpoint, {
      method: 'POST',
      agent,
      headers: { 'x-amz-target': 'DynamoDB_20120810.Scan' },
    });
    asked.on('error', reject).on('response', (response) => {
      /** @type {Buffer[]} */
      const pieces = [];
      response
        .on('data', (piece) => pieces.push(piece))
        .on('end', () => resolve(Buffer.concat(pieces).toString()));
    });
    asked.end(body);
  });
  return JSON.parse(String(text));
}

const WAYS = /** @type {Record<string, () => Promise<number>>} */ ({
  'by-hand': async () => {
    let rows = 0;
    let after;
    do {
      const page = await ask(after);
      for (const item of page.Items) {
        const row = {
          id: item.id.S,
          user: item.user?.S,
          profile: item.profile?.S,
          status: item.status?.S,
          startedAt: item.started_at?.S,
          lastAccessAt: item.last_access_at?.S,
          expiresAt: item.expires_at?.S,
          requestCount: Number(item.request_count?.N),
          serverInstanceId: item.server_instance_id?.S,
          sourceIdentity: item.source_identity?.S,
          deviceId: item.device_id?.S,
          createdAt: item.created_at?.S,
          updatedAt: item.updated_at?.S,
          revokedBy: item.revoked_by?.S,
          revokedReason: item.revoked_reason?.S,
          ttl: Number(item.ttl?.N),
        };
        if (row.id !== undefined) rows++;
      }
      after = page.LastEvaluatedKey;
    } while (after);
    return rows;
  },
  sdk: async () => {
    let rows = 0;
    for await (const page of paginateScan({ client }, { TableName: 'full' }))
      rows += page.Items?.length ?? 0;
    return rows;
  },
  ours: async () => {
    let rows = 0;
    const context = {
      meter: new Counters(),
      reject: () => {},
      note: () => {},
      detail: () => {},
      signal: new AbortController().signal,
    };
    const from = { table: 'full', sessions: [], segments: 1, maxRcu: undefined };
    const filter = { window: {}, status: undefined, user: undefined, profile: undefined };
    for await (const batch of openSessions(
      from,
      /** @type {any} */ (filter),
      [],
      process.stdin,
      context,
    ))
      rows += batch.length;
    return rows;
  },
});
await timed(() => WAYS[way]?.());
process.exit();
