import type { Readable } from 'node:stream';
import type { ReadContext } from '../pipeline/read-context.js';
import type { S3Options } from '../storage/s3/buckets.js';
import { eventRegionsBeside } from '../model/aws/region.js';
import { type Instant, compareInstants } from '../model/time/instant.js';
import type { Carrier } from './carrier.js';
import type { AthenaStorage } from './athena/athena-carrier.js';
import type { AthenaOptions } from './athena/query.js';
import { clientConfig, regionOf } from '../aws/aws.js';
import { forManyListeners } from '../aws/many-listeners.js';
import type { AccountCache } from './cloudtrail/lookup/kept-slices.js';
import type { UnreadRegion } from './cloudtrail/lookup/lookup-events.js';
import { type StorageOf, storages } from '../storage/storage-of.js';
import { type ThreadUse, readLogFiles } from './cloudtrail/read-logs.js';
import { VERSION } from '../package/version.js';
import { listLogFiles } from './cloudtrail/listing/log-files.js';

/** Where role calls come from. */
export interface EventsFrom extends S3Options {
  /** Log files and folders, `-` is standard input; undefined asks CloudTrail's LookupEvents. */
  readonly logs: readonly string[] | undefined;
  /** Patterns of files and folders that are left out of the logs. */
  readonly exclude?: readonly string[] | undefined;
  /** A table of CloudTrail records in Athena; it is asked instead of anything else. */
  readonly athena?: AthenaOptions | undefined;
  /** What relative partitions of a table are relative to; the clock's time when left out. */
  readonly now?: Instant | undefined;
  /** Accounts whose log files or partitions are read; undefined is all. */
  readonly eventAccounts?: readonly string[] | undefined;
  /** Regions to ask, or whose log files or partitions are read; undefined is the region in use and the one where calls to the global STS endpoint are recorded. */
  readonly eventRegions: readonly string[] | undefined;
  /** Ask every region that is enabled for the account. */
  readonly everyRegion?: boolean | undefined;
  /** Threads that read log files; when left out, only the one that asks. */
  readonly threads?: ThreadUse | undefined;
  /** A folder that keeps what CloudTrail's LookupEvents returned. */
  readonly cache?: string | undefined;
  readonly eventNames: readonly string[];
  readonly window: { readonly since: Instant; readonly until: Instant };
}

/** Opens the carrier that the options name. */
export async function openCarrier(
  from: EventsFrom,
  stdin: Readable,
  context: ReadContext,
): Promise<Carrier> {
  if (from.athena !== undefined) return openAthena(from, from.athena, stdin, context);
  if (from.logs === undefined) return openLookup(from, context);
  return openLogs(from.logs, from, stdin, context);
}

async function openLogs(
  places: readonly string[],
  from: EventsFrom,
  stdin: Readable,
  context: ReadContext,
): Promise<Carrier> {
  const { since, until } = from.window;
  const { now } = from;
  // Nothing is delivered tomorrow.
  const end = now !== undefined && compareInstants(now, until) < 0 ? now : until;
  const window = { since, until: end };
  const { eventAccounts: accounts, eventRegions: regions, exclude } = from;
  const chosen = { places, window, exclude, accounts, regions };
  const stop = new AbortController();
  const signal = forManyListeners(AbortSignal.any([context.signal, stop.signal]));
  const { files, inOrderOfDays, count, missing, unseen } = await listLogFiles(
    chosen,
    storages(stdin, { ...context, signal }, from),
    { ...context, signal },
  );
  return {
    calls: async function* () {
      try {
        yield* readLogFiles(files(), context, from.threads);
      } finally {
        stop.abort(); // nobody waits for a listing any more
      }
    },
    showsOtherCalls: true,
    inOrderOfDays,
    coverage: () => ({
      regions: undefined,
      files: count(),
      missing: missing(),
      unseen: unseen(),
    }),
    dispose: async () => {},
  };
}

async function openLookup(from: EventsFrom, context: ReadContext): Promise<Carrier> {
  const [{ CloudTrailClient }, { LOOKUP_PATIENCE, readLookupEvents }] = await Promise.all([
    import('@aws-sdk/client-cloudtrail'),
    import('./cloudtrail/lookup/lookup-events.js'),
  ]);
  const clients: InstanceType<typeof CloudTrailClient>[] = [];
  const clientFor = async (region?: string): Promise<InstanceType<typeof CloudTrailClient>> => {
    const options = region === undefined ? from : { ...from, region };
    const config = await clientConfig('CloudTrail', options, context, LOOKUP_PATIENCE);
    const client = new CloudTrailClient(config);
    clients.push(client);
    return client;
  };
  const regions = await regionsToAsk(from, async () => regionOf(await clientFor()), context);
  const { eventNames, window } = from;
  const unread: UnreadRegion[] = [];
  const cache = from.cache === undefined ? undefined : await openCache(from, from.cache, context);
  const lookup = { clientFor, regions, eventNames, window, cache, unread };
  return {
    calls: () => readLookupEvents(lookup, context),
    showsOtherCalls: false,
    inOrderOfDays: () => false,
    coverage: () => ({
      regions: regions.filter((region) => !unread.some((one) => one.region === region)),
      files: undefined,
      missing: unread.map(({ region, reason }) => `region ${region}: ${reason}`),
    }),
    dispose: async () => {
      for (const client of clients) client.destroy();
    },
  };
}

/** The cache for the account that asks; undefined, with a note, where AWS does not say which it is. */
async function openCache(
  from: EventsFrom,
  folder: string,
  context: ReadContext,
): Promise<AccountCache | undefined> {
  const [{ readIdentity }, { LookupCache }] = await Promise.all([
    import('../aws/identity.js'),
    import('./cloudtrail/lookup/lookup-cache.js'),
  ]);
  const identity = await readIdentity(from, context);
  // It becomes a part of a path.
  if (identity !== undefined && /^\d{12}$/.test(identity.account)) {
    return { files: new LookupCache(folder, VERSION), account: identity.account };
  }
  context.note('the cache is not used: which account asks is not known');
  return undefined;
}

async function regionsToAsk(
  from: EventsFrom,
  inUse: () => Promise<string>,
  context: ReadContext,
): Promise<readonly string[]> {
  if (from.everyRegion === true) {
    const { listRegions } = await import('../aws/list-regions.js');
    return listRegions(from, context);
  }
  if (from.eventRegions !== undefined) return from.eventRegions;
  const region = await inUse();
  return [region, ...eventRegionsBeside(region)];
}

async function openAthena(
  from: EventsFrom,
  options: AthenaOptions,
  stdin: Readable,
  context: ReadContext,
): Promise<Carrier> {
  const [{ AthenaClient }, { openAthenaCarrier }] = await Promise.all([
    import('@aws-sdk/client-athena'),
    import('./athena/athena-carrier.js'),
  ]);
  const client = new AthenaClient(await clientConfig('Athena', from, context));
  const { eventNames, window } = from;
  try {
    await regionOf(client);
    const now = from.now ?? { seconds: Math.floor(Date.now() / 1000), nanos: 0 };
    const scope = { accounts: from.eventAccounts, regions: from.eventRegions };
    const selection = { eventNames, window, scope };
    const storagesWith = (signal: AbortSignal): StorageOf =>
      storages(stdin, { ...context, signal }, from);
    const s3 = athenaStorage(storagesWith, context.signal);
    const carrier = await openAthenaCarrier(client, options, selection, now, s3, context);
    return { ...carrier, dispose: async () => client.destroy() };
  } catch (error) {
    client.destroy();
    throw error;
  }
}

function athenaStorage(
  storagesWith: (signal: AbortSignal) => StorageOf,
  untilEnd: AbortSignal,
): AthenaStorage {
  const ofResults = storagesWith(untilEnd); // one client for the results of all queries
  return {
    readObject: async function* (url, signal) {
      const file = await ofResults(url).at!(url);
      yield* file.open(signal);
    },
    sizesBelow: (signal) => {
      const storageOf = storagesWith(signal);
      return async (place) => {
        let bytes = 0;
        for await (const { size = 0 } of storageOf(place).list(place, () => true)) bytes += size;
        return bytes;
      };
    },
  };
}
