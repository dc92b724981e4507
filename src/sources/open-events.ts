import type { Readable } from 'node:stream';
import type { ReadContext } from '../pipeline/read-context.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { Instant } from '../model/time/instant.js';
import type { Source } from '../pipeline/pipe.js';
import type { AthenaEvents } from './athena/athena-events.js';
import type { AthenaOptions } from './athena/query.js';
import { type AwsOptions, clientConfig, regionOf } from './aws/aws.js';
import { storages } from '../storage/storage-of.js';
import { readLogFiles } from './cloudtrail/read-logs.js';
import { isInOrderOfDays, listLogFiles } from './cloudtrail/log-files.js';

/** Where role events come from. */
export interface EventsFrom extends AwsOptions {
  /** Log files and folders, `-` is standard input; undefined asks CloudTrail's LookupEvents. */
  readonly logs: readonly string[] | undefined;
  /** Patterns of files and folders that are left out of the logs. */
  readonly exclude?: readonly string[] | undefined;
  /** A table of CloudTrail records in Athena; it is asked instead of anything else. */
  readonly athena?: AthenaOptions | undefined;
  /** What relative partitions of a table are relative to; the clock's time when left out. */
  readonly now?: Instant | undefined;
  /** Only events of this role, and those that say none; a carrier may leave out others. */
  readonly role?: string | undefined;
  readonly includeServiceCalls?: boolean | undefined;
  readonly includeFailedCalls?: boolean | undefined;
  /** Regions to ask; undefined is the region in use and us-east-1, where calls to the global STS endpoint are. */
  readonly eventRegions: readonly string[] | undefined;
  readonly eventNames: readonly string[];
  readonly window: { readonly since: Instant; readonly until: Instant };
}

export interface OpenedEvents {
  /** All of them, with duplicates, and beyond the window. */
  readonly events: Source<RoleCall>;
  /** Other ways to ask, where the carrier can group and count. */
  readonly athena?: AthenaEvents;
  /** The regions that are asked; undefined where the events tell. */
  readonly regions: readonly string[] | undefined;
  /** Do the events come in the order of their days, give or take one? */
  readonly inOrderOfDays: boolean;
  readonly dispose: () => Promise<void>;
}

/** The role events behind the options, as their carrier delivers them: with duplicates, and beyond the window. */
export async function openEvents(
  from: EventsFrom,
  stdin: Readable,
  context: ReadContext,
): Promise<OpenedEvents> {
  if (from.athena !== undefined) return openAthena(from, from.athena, context);
  if (from.logs === undefined) return openLookup(from, context);
  const { logs: places, window, exclude } = from;
  const files = await listLogFiles({ places, window, exclude }, storages(stdin), context);
  return {
    events: readLogFiles(files, context),
    regions: undefined,
    inOrderOfDays: isInOrderOfDays(files),
    dispose: async () => {},
  };
}

async function openLookup(from: EventsFrom, context: ReadContext): Promise<OpenedEvents> {
  const [{ CloudTrailClient }, { LOOKUP_TIMEOUT, readLookupEvents }] = await Promise.all([
    import('@aws-sdk/client-cloudtrail'),
    import('./cloudtrail/lookup-events.js'),
  ]);
  const clients: InstanceType<typeof CloudTrailClient>[] = [];
  const clientFor = (region?: string): InstanceType<typeof CloudTrailClient> => {
    const options = region === undefined ? from : { ...from, region };
    const client = new CloudTrailClient(clientConfig(options, context, LOOKUP_TIMEOUT));
    clients.push(client);
    return client;
  };
  const regions = from.eventRegions ?? [...new Set([await regionOf(clientFor()), 'us-east-1'])];
  const { eventNames, window } = from;
  return {
    events: readLookupEvents({ clientFor, regions, eventNames, window }, context),
    regions,
    inOrderOfDays: false,
    dispose: async () => {
      for (const client of clients) client.destroy();
    },
  };
}

async function openAthena(
  from: EventsFrom,
  options: AthenaOptions,
  context: ReadContext,
): Promise<OpenedEvents> {
  const [{ AthenaClient }, { openAthenaEvents }] = await Promise.all([
    import('@aws-sdk/client-athena'),
    import('./athena/athena-events.js'),
  ]);
  const client = new AthenaClient(clientConfig(from, context));
  const {
    eventNames,
    window,
    role,
    includeServiceCalls = false,
    includeFailedCalls = false,
  } = from;
  const chosen = { eventNames, window, role, includeServiceCalls, includeFailedCalls };
  try {
    await regionOf(client);
    const now = from.now ?? { seconds: Math.floor(Date.now() / 1000), nanos: 0 };
    const athena = await openAthenaEvents(client, options, chosen, now, context);
    return {
      events: athena.all(),
      athena,
      regions: athena.regions,
      inOrderOfDays: false,
      dispose: async () => client.destroy(),
    };
  } catch (error) {
    client.destroy();
    throw error;
  }
}
