import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item in DynamoDB JSON as it goes over the wire: binary values are base64. */
export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A copy of an item as it goes over the wire; attributes that are undefined are left out. */
export function toWire(item: Readonly<Record<string, AttributeValue | undefined>>): Item {
  const text = JSON.stringify(item, function (this: Record<string, unknown>, name, value) {
    const original = this[name]; // a Buffer would otherwise have turned itself into an object
    return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
  });
  return JSON.parse(text) as Item;
}

/** The id of an item or of a key. */
export function idOf(item: Item | undefined): string | undefined {
  const id = item?.['id']?.['S'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Places that ids are hashed to. */
export const PLACES = 2 ** 32;

/** Where an id lies among all that there can be: a whole number below {@link PLACES}. */
export function placeOf(id: string): number {
  return createHash('md5').update(id).digest().readUInt32BE(0);
}

/** The bytes that DynamoDB counts for an item. */
export function sizeOf(item: Item): number {
  return sum(Object.entries(item), ([name, value]) => Buffer.byteLength(name) + sizeOfValue(value));
}

function sizeOfValue(value: unknown): number {
  const [type = '', content] = Object.entries(value as object)[0] ?? [];
  switch (type) {
    case 'S':
      return Buffer.byteLength(content as string);
    case 'N':
      return Math.ceil((content as string).length / 2) + 1;
    case 'B':
      return Buffer.byteLength(content as string, 'base64');
    case 'SS':
    case 'NS':
    case 'BS':
      return sum(content as string[], (one) => sizeOfValue({ [type[0]!]: one }));
    case 'L':
      return 3 + sum(content as unknown[], (one) => 1 + sizeOfValue(one));
    case 'M':
      return 3 + Object.keys(content as Item).length + sizeOf(content as Item);
    default:
      return 1; // BOOL and NULL
  }
}

function sum<T>(all: readonly T[], size: (one: T) => number): number {
  return all.reduce((total, one) => total + size(one), 0);
}
