// A CloudTrail with as many pages of 50 events as it is told, that permits two requests a second and answers others as
// AWS does. GET tells how it was asked. Sends its address.
import { createServer } from 'node:http';

const pages = Number(process.argv[2] ?? 60);
/** @type {number[]} */
const served = [];
let throttled = 0;

const event = (/** @type {number} */ n) => {
  const eventTime = `${new Date(Date.now() - 1_800_000).toISOString().slice(0, 19)}Z`;
  const eventID = `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
  const record = {
    eventTime,
    eventID,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'us-east-1',
    userIdentity: { type: 'IAMUser' },
    requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/x' },
  };
  return {
    EventId: eventID,
    EventName: 'AssumeRole',
    EventTime: Date.parse(eventTime) / 1000,
    CloudTrailEvent: JSON.stringify(record),
  };
};

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => (body += String(piece)));
  request.on('end', () => {
    const now = performance.now();
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (request.method === 'GET') {
      const seconds = ((served.at(-1) ?? 0) - (served[0] ?? 0)) / 1000;
      response.end(
        JSON.stringify({
          rate: (served.length - 1) / seconds,
          throttled: throttled / (served.length + throttled),
        }),
      );
    } else if (served.filter((at) => now - at < 950).length >= 2) {
      throttled++;
      response.statusCode = 400;
      response.end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
    } else {
      served.push(now);
      const { NextToken } = JSON.parse(body);
      const page = Number(NextToken ?? 0);
      const Events = Array.from({ length: 50 }, (_, at) => event(page * 50 + at));
      response.end(
        JSON.stringify({ Events, ...(page + 1 < pages && { NextToken: String(page + 1) }) }),
      );
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(
    `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
  );
});
