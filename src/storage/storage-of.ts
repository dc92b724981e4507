import type { Readable } from 'node:stream';
import { folders } from './folder.js';
import { standardInput } from './standard-input.js';
import type { Storage } from './storage.js';

/** Which storage a place is in: `-` is standard input, anything else a path of this machine. */
export type StorageOf = (place: string) => Storage;

/** The storages of a run. */
export function storages(stdin: Readable): StorageOf {
  const input = standardInput(stdin);
  return (place) => (place === '-' ? input : folders);
}
