import { createHash } from 'node:crypto';
import { type Item, sizeOf } from './item.js';

/** What happened to an item. */
export interface Change {
  readonly id: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Whether DynamoDB itself removed it, by time to live. */
  readonly isByTtl: boolean;
  /** Milliseconds of the server's clock. */
  readonly at: number;
}

/** A change as a shard holds it. */
export interface StreamRecord {
  readonly number: bigint;
  readonly at: number;
  readonly size: number;
  /** The record as it is answered. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A change as a record of a stream, with the images that its view has. */
export function recordOf(change: Change, view: string, number: bigint): StreamRecord {
  const { id, before, after, isByTtl, at } = change;
  const keys: Item = { id: { S: id } };
  const images = {
    ...(after !== undefined && view.startsWith('NEW_') && { NewImage: after }),
    ...(before !== undefined && /OLD_IMAGE/.test(view) && { OldImage: before }),
  };
  const size = [keys, ...Object.values(images)].reduce((bytes, item) => bytes + sizeOf(item), 0);
  const body = {
    eventID: createHash('md5').update(String(number)).digest('hex'),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: keys,
      ...images,
      SequenceNumber: String(number),
      SizeBytes: size,
      StreamViewType: view,
    },
    ...(isByTtl && {
      userIdentity: { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' },
    }),
  };
  return { number, at, size, body };
}
