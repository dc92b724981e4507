import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from '../refusal.js';
import type { Body } from './body.js';
import { compareUtf8 } from './utf8-order.js';

/** What a bucket is like. */
export interface BucketOptions {
  /** Requests signed for another region are sent away; without one every region is right. */
  readonly region?: string;
  /** How they are sent away: 301 unless told. */
  readonly redirect?: 301 | 307;
  readonly requesterPays?: boolean;
}

/** An object, or a part of one. */
export interface Stored {
  readonly pieces: readonly Buffer[];
  readonly size: number;
  /** Without its quotes. */
  readonly etag: string;
  readonly checksums: Readonly<Record<string, string>>;
}

export interface StoredObject extends Stored {
  readonly headers: StoredHeaders;
  readonly modified: Date;
}

/** The headers that an object was written with and keeps. */
export type StoredHeaders = Readonly<Record<string, string>>;

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: StoredHeaders;
  readonly parts: Map<number, Stored>;
  readonly begun: Date;
}

/** The objects and uploads of a bucket. */
export class Bucket {
  readonly name: string;
  readonly options: BucketOptions;
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, Upload>();
  #keys: readonly string[] | undefined;

  constructor(name: string, options: BucketOptions = {}) {
    this.name = name;
    this.options = options;
  }

  /** In the order of their bytes in UTF-8. */
  get keys(): readonly string[] {
    this.#keys ??= [...this.#objects.keys()].toSorted(compareUtf8);
    return this.#keys;
  }

  get uploads(): readonly Upload[] {
    return [...this.#uploads.values()];
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** The object that must be there. */
  existing(key: string): StoredObject {
    const object = this.#objects.get(key);
    if (object === undefined) {
      throw new Refusal('NoSuchKey', 'The specified key does not exist.', 404);
    }
    return object;
  }

  put(key: string, stored: Stored, headers: StoredHeaders): StoredObject {
    if (!this.#objects.has(key)) this.#keys = undefined;
    const object = { ...stored, headers, modified: new Date() };
    this.#objects.set(key, object);
    return object;
  }

  remove(key: string): void {
    if (this.#objects.delete(key)) this.#keys = undefined;
  }

  begin(key: string, headers: StoredHeaders): Upload {
    const id = randomBytes(48).toString('base64url');
    const upload = { id, key, headers, parts: new Map(), begun: new Date() };
    this.#uploads.set(id, upload);
    return upload;
  }

  /** The upload that must be under way. */
  upload(id: string | undefined, key: string): Upload {
    const upload = this.#uploads.get(id ?? '');
    if (upload === undefined || upload.key !== key) {
      throw new Refusal('NoSuchUpload', 'The specified upload does not exist.', 404);
    }
    return upload;
  }

  /** No part of it can be read from now on. */
  end(upload: Upload): void {
    this.#uploads.delete(upload.id);
  }
}

/** What is kept of a body; its ETag is not its MD5 where a key of KMS encrypts it. */
export function toStored(body: Body, headers: StoredHeaders): Stored {
  const { pieces, size, md5, checksums } = body;
  const isKms = headers['x-amz-server-side-encryption']?.startsWith('aws:kms') ?? false;
  const etag = (isKms ? randomBytes(16) : md5).toString('hex');
  return { pieces, size, etag, checksums };
}

/** Parts as one: `…-N` is the ETag. */
export function joined(parts: readonly Stored[]): Stored {
  const sum = createHash('md5');
  for (const { etag } of parts) sum.update(etag, 'hex');
  return {
    pieces: parts.flatMap(({ pieces }) => pieces),
    size: parts.reduce((total, { size }) => total + size, 0),
    etag: `${sum.digest('hex')}-${parts.length}`,
    checksums: {},
  };
}
