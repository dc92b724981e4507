import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { plainPage } from './plain-page.js';

/** What the SDK's protocol object does with an answer; the part of it that matters here. */
interface Protocol {
  deserializeResponse: (
    operation: { readonly name: string },
    context: unknown,
    response: { readonly statusCode: number; readonly body: AsyncIterable<Buffer> },
  ) => Promise<object>;
}

/**
 * Makes a client give the pages of Scan and Query as `JSON.parse` leaves them, or with their values alone. An
 * attribute value is the same either way, but for binary ones, which stay base64; the SDK would copy each and check
 * it against its schema, which costs more than reading it. Errors and other operations are the SDK's.
 */
export function useFastScanPages(client: DynamoDBClient): DynamoDBClient {
  const protocol = client.config.protocol as unknown as Partial<Protocol> | undefined;
  if (protocol?.deserializeResponse === undefined) return client; // of another SDK: it answers as it does
  const ofSdk = protocol.deserializeResponse.bind(protocol);
  protocol.deserializeResponse = async (operation, context, response) => {
    const isPage = operation.name === 'Scan' || operation.name === 'Query';
    if (!isPage || response.statusCode >= 300) return ofSdk(operation, context, response);
    const pieces: Buffer[] = [];
    for await (const piece of response.body) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const page = plainPage(bytes) ?? parse(bytes.toString());
    return { ...page, $metadata: { httpStatusCode: response.statusCode } };
  };
  return client;
}

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new Error('the answer is no JSON: is this DynamoDB?');
  }
}
