import { UsageError } from '../../errors.js';
import type { TrailTable } from '../../sources/athena/create-table.js';

/** Before the first trail there was (CloudTrail was announced in November 2013). */
const FIRST_DAY = '2013-11-01';

/**
 * The table for the location of a trail; accounts and regions that the location does not contain are keys of it. Trails lie under `AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD`, those
 * of an organization with its id after `AWSLogs` (CloudTrail User Guide, "Finding your CloudTrail log files").
 *
 * @throws UsageError for another location, and where accounts or regions are needed and not given.
 */
export function trailTable(given: {
  readonly name: readonly string[];
  readonly location: string;
  readonly accounts: readonly string[] | undefined;
  readonly regions: readonly string[] | undefined;
  readonly since: string | undefined;
}): TrailTable {
  const [matched, root, account, region] =
    /^(s3:\/\/[a-z0-9.-]{3,63}\/(?:[\w!.*()=+@:, -]+\/)*?AWSLogs(?:\/o-[a-z0-9]{10,32})?)(?:\/(\d{12})(?:\/CloudTrail(?:\/([a-z0-9-]+))?)?)?\/?$/.exec(
      given.location,
    ) ?? [];
  if (matched === undefined) {
    throw new UsageError(
      '--location',
      `"${given.location}" is not the location of a trail`,
      'write s3://BUCKET/PREFIX/AWSLogs/ACCOUNT, …/AWSLogs/ACCOUNT/CloudTrail/REGION, or …/AWSLogs/o-ORGANIZATION',
    );
  }
  const accounts = account === undefined ? openPart('--accounts', given.accounts) : undefined;
  const regions = region === undefined ? openPart('--event-regions', given.regions) : undefined;
  const path = (of: string, from: string): string => `${root}/${of}/CloudTrail/${from}`;
  return {
    name: given.name,
    location: account === undefined ? `${root}/` : `${root}/${account}/CloudTrail/${region ?? ''}`,
    template: `${path(account ?? '${account}', region ?? '${region}')}/\${timestamp}/`,
    accounts,
    regions,
    since: given.since ?? FIRST_DAY,
  };
}

function openPart(option: string, values: readonly string[] | undefined): readonly string[] {
  if (values !== undefined) return values;
  const what = option === '--accounts' ? 'account' : 'region';
  const hint = `list them all: queries do not see the logs of a ${what} that is not listed`;
  throw new UsageError(option, `is needed: the location does not contain the ${what}`, hint);
}
