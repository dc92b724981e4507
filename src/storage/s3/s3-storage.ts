import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { repeatedTokenCheck } from '../../aws/repeated-token.js';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { IsWanted, Level, Storage, StoredFile } from '../storage.js';
import { Buckets, type S3Options } from './buckets.js';
import { type S3File, type S3Object, s3File } from './s3-object.js';
import { type S3Place, s3PlaceOf, s3Url } from './s3-place.js';
import { createObject } from './new-object.js';
import { readText, removeObject, replaceText } from './shared-text.js';

/**
 * The buckets of S3. `s3://BUCKET/PATH` is the object of that key and all objects below `PATH/`, in the byte
 * order of their keys; hidden ones, and what stands for a folder, are passed over.
 */
export function s3Storage(
  options: S3Options,
  context: ReadContext,
): Required<Omit<Storage, 'makeFolder'>> {
  const buckets = new Buckets(options, context);
  return {
    list: (place, isWanted) => objectsAt(s3PlaceOf(place), isWanted, buckets),
    beside: async (file, path) => objectBeside(file as S3File, path, buckets),
    at: async (place) => s3File(s3PlaceOf(place), buckets),
    level: (place) => levelOf(s3PlaceOf(place), buckets),
    create: (place, signal) => createObject(s3PlaceOf(place), buckets, signal),
    readShared: (place, signal) => readText(s3PlaceOf(place), buckets, signal),
    replaceShared: (place, text, version, signal) =>
      replaceText(s3PlaceOf(place), text, version, buckets, signal),
    remove: (place, signal) => removeObject(s3PlaceOf(place), buckets, signal),
  };
}

async function* objectsAt(
  place: S3Place,
  isWanted: IsWanted,
  buckets: Buckets,
): AsyncGenerator<StoredFile> {
  const { bucket, key } = place;
  const isFolder = key === '' || key.endsWith('/');
  if (!isFolder) {
    const named = await objectNamed(place, buckets);
    if (named !== undefined) yield s3File(named, buckets);
  }
  const folder = isFolder ? key : `${key}/`;
  const isWantedBelow = belowFolder({ bucket, key: folder }, isWanted);
  for await (const { objects } of pagesOf({ Bucket: bucket, Prefix: folder }, buckets)) {
    for (const object of objects) {
      const below = object.key.slice(folder.length);
      if (below !== '' && isWantedBelow(object, below)) yield s3File(object, buckets);
    }
  }
}

/** The object of exactly this key: the first of those that begin so. */
async function objectNamed(place: S3Place, buckets: Buckets): Promise<S3Object | undefined> {
  const list = { Bucket: place.bucket, Prefix: place.key, MaxKeys: 1 };
  for await (const { objects } of pagesOf(list, buckets)) {
    return objects.find(({ key }) => key === place.key);
  }
  return undefined;
}

/** Asks for each folder on the way to an object once, and for the object. */
function belowFolder(
  place: S3Place,
  isWanted: IsWanted,
): (object: S3Object, below: string) => boolean {
  const url = s3Url(place);
  let last: { readonly folder: string; readonly isWanted: boolean } | undefined;
  const isFolderWanted = (folder: string): boolean => {
    if (folder === '') return true;
    if (/(?:^|\/)\.[^/]*$/.test(folder)) return false;
    return isFolderWanted(folderOf(folder)) && isWanted(url + folder, folder, 'folder');
  };
  return (object, below) => {
    const folder = folderOf(below);
    if (last?.folder !== folder) last = { folder, isWanted: isFolderWanted(folder) };
    return last.isWanted && !isNoFile(object, below) && isWanted(url + below, below, 'file');
  };
}

/** Keys are no paths: what stands between two slashes may be empty. */
function folderOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('/'), 0));
}

/** Hidden, or an empty object that stands for a folder, as consoles and Hadoop make them. */
function isNoFile({ size }: S3Object, key: string): boolean {
  return /(?:^|\/)\.[^/]*$|\/$/.test(key) || (size === 0 && key.endsWith('_$folder$'));
}

async function levelOf(place: S3Place, buckets: Buckets): Promise<Level> {
  const { bucket, key } = place;
  const isFolder = key === '' || key.endsWith('/');
  const folder = isFolder ? key : `${key}/`;
  const folders: string[] = [];
  const files: StoredFile[] = [];
  const named = isFolder ? undefined : await objectNamed(place, buckets);
  if (named !== undefined) files.push(s3File(named, buckets));
  const list = { Bucket: bucket, Prefix: folder, Delimiter: '/' };
  for await (const page of pagesOf(list, buckets)) {
    folders.push(...page.folders.map((below) => s3Url({ bucket, key: below })));
    const found = page.objects.filter((object) => !isNoFile(object, object.key));
    files.push(...found.map((object) => s3File(object, buckets)));
  }
  return { folders, files };
}

interface Listing {
  readonly Bucket: string;
  readonly Prefix: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
}

async function* pagesOf(
  list: Listing,
  buckets: Buckets,
): AsyncGenerator<{ readonly objects: readonly S3Object[]; readonly folders: readonly string[] }> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const { context, options } = buckets;
  const { Bucket: bucket, Prefix } = list;
  const call = { bucket, action: 's3:ListBucket', of: s3Url({ bucket, key: Prefix }) };
  const isRepeated = repeatedTokenCheck();
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      ...list,
      ...(token !== undefined && { ContinuationToken: token }),
      ...(options.requestPayer && { RequestPayer: 'requester' }),
    });
    const page: ListObjectsV2CommandOutput = await buckets.ask(call, (client) =>
      client.send(command, { abortSignal: context.signal }),
    );
    const objects = (page.Contents ?? []).map(({ Key = '', ETag, Size, StorageClass }) => ({
      bucket,
      key: Key,
      etag: ETag,
      size: Size,
      storageClass: StorageClass,
    }));
    yield { objects, folders: (page.CommonPrefixes ?? []).map((one) => one.Prefix ?? '') };
    const next = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (page.IsTruncated && (next === undefined || isRepeated(next))) {
      throw new SourceError(`${call.action} of ${call.of}: the pages would never end`);
    }
    token = next;
  } while (token !== undefined);
}

function objectBeside(
  { object: { bucket, key } }: S3File,
  path: string,
  buckets: Buckets,
): StoredFile | undefined {
  const below = path.replace(/^\.\.\//, '');
  if (path === '' || below.split('/').includes('..')) return undefined;
  const folder = folderOf(key);
  const above = path === below ? folder : folderOf(folder);
  const beside = above === '' ? below : `${above}/${below}`;
  return s3File({ bucket, key: beside }, buckets);
}
