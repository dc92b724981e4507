// DuckDB with two threads: the columns of `export events` of a trail, into a file.
import { DuckDBInstance } from '@duckdb/node-api';
import { timed } from './work.js';

const [, , folder = ''] = process.argv;
const RECORD = `STRUCT(eventID VARCHAR, eventTime VARCHAR, eventName VARCHAR, eventSource VARCHAR, awsRegion VARCHAR,
  recipientAccountId VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, sharedEventID VARCHAR,
  userIdentity STRUCT(type VARCHAR, arn VARCHAR, principalId VARCHAR, accountId VARCHAR, invokedBy VARCHAR),
  requestParameters STRUCT(roleArn VARCHAR, roleSessionName VARCHAR, sourceIdentity VARCHAR))[]`;
const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();

await timed(async () => {
  await connection.run(`COPY (
    SELECT r.* FROM (
      SELECT unnest(Records) AS r
      FROM read_json('${folder}/**/*.json.gz', columns = {Records: '${RECORD}'}, format = 'unstructured',
        maximum_object_size = 67108864)
    ) WHERE r.eventName = 'AssumeRole' AND r.eventSource = 'sts.amazonaws.com'
  ) TO '/dev/null' (FORMAT json)`);
  return '';
});
