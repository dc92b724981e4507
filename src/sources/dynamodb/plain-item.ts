import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { SessionField } from '../../model/session/session.js';

/** The values of the attributes that an item has. */
export type PlainValues = Record<SessionField, string | number | undefined>;

/** An item of which only the values have been read. Holds its page. */
export class PlainItem {
  readonly values: PlainValues;
  readonly #page: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor(values: PlainValues, page: Buffer, start: number, end: number) {
    this.values = values;
    this.#page = page;
    this.#start = start;
    this.#end = end;
  }

  /** The item as DynamoDB wrote it. */
  whole(): Record<string, AttributeValue> {
    const json = this.#page.toString('utf8', this.#start, this.#end);
    return JSON.parse(json) as Record<string, AttributeValue>;
  }
}
