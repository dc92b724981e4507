import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { type AwsCall, answerOf } from '../../aws/answer.js';
import type { PlainItem } from './plain-item.js';
import type { QueryPlan, ScanPlan } from './table-plan.js';

/** A page of Scan or Query, asked for with the key that the page before ended with. */
type Page = Omit<ScanCommandOutput | QueryCommandOutput, 'Items'> & {
  Items?: readonly Item[] | undefined;
};
export type Key = Record<string, AttributeValue>;
/** As DynamoDB writes it, or as far as it has been read. */
export type Item = Key | PlainItem;
export type AskPage = (from: Key | undefined, limit: number) => Promise<Page>;

interface PageRequest {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** What errors say was asked. */
  readonly awsCall: AwsCall;
  readonly signal: AbortSignal;
}

/** Asks for the pages of one segment of a Scan. */
export function scan(
  { client, table, awsCall, signal }: PageRequest,
  plan: ScanPlan,
  segment: number,
): AskPage {
  return (from, limit) => {
    const command = new ScanCommand({
      TableName: table,
      ReturnConsumedCapacity: 'TOTAL',
      ExclusiveStartKey: from,
      Limit: limit,
      ...(plan.segments > 1 ? { Segment: segment, TotalSegments: plan.segments } : {}),
    });
    return answerOf<Page>(client.send(command, { abortSignal: signal }), awsCall, signal);
  };
}

/**
 * Asks for the pages of a Query, oldest first or backwards. Every attribute name is aliased: `user` and `status`
 * are reserved words, and more will be.
 */
export function query(
  { client, table, awsCall, signal }: PageRequest,
  plan: QueryPlan,
  isBackwards: boolean,
): AskPage {
  const { key, value, from: since, to: until } = plan;
  const range =
    since !== undefined && until !== undefined
      ? ' AND #created_at BETWEEN :from AND :to'
      : since !== undefined
        ? ' AND #created_at >= :from'
        : until !== undefined
          ? ' AND #created_at <= :to'
          : '';
  return (from, limit) => {
    const command = new QueryCommand({
      TableName: table,
      IndexName: plan.index,
      KeyConditionExpression: `#key = :key${range}`,
      ExpressionAttributeNames: { '#key': key, ...(range && { '#created_at': 'created_at' }) },
      ExpressionAttributeValues: {
        ':key': { S: value },
        ...(since !== undefined && { ':from': { S: since } }),
        ...(until !== undefined && { ':to': { S: until } }),
      },
      ReturnConsumedCapacity: 'TOTAL',
      ExclusiveStartKey: from,
      Limit: limit,
      ...(isBackwards && { ScanIndexForward: false }),
    });
    return answerOf<Page>(client.send(command, { abortSignal: signal }), awsCall, signal);
  };
}
