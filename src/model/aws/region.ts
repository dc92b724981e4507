/** A group of regions with accounts of its own. */
type Partition =
  | 'aws'
  | 'aws-cn'
  | 'aws-us-gov'
  | 'aws-iso'
  | 'aws-iso-b'
  | 'aws-iso-e'
  | 'aws-iso-f'
  | 'aws-eusc';

const DIRECTION = '(?:central|(?:north|south)(?:east|west)?|east|west)';

/** How the regions of each partition are named (AWS SDK, partitions.json; directions as in every region so far). */
const PARTITIONS: readonly (readonly [Partition, RegExp])[] = [
  ['aws-us-gov', new RegExp(`^us-gov-${DIRECTION}-\\d+$`)],
  ['aws-cn', new RegExp(`^cn-${DIRECTION}-\\d+$`)],
  ['aws-iso', new RegExp(`^us-iso-${DIRECTION}-\\d+$`)],
  ['aws-iso-b', new RegExp(`^us-isob-${DIRECTION}-\\d+$`)],
  ['aws-iso-e', new RegExp(`^eu-isoe-${DIRECTION}-\\d+$`)],
  ['aws-iso-f', new RegExp(`^us-isof-${DIRECTION}-\\d+$`)],
  ['aws-eusc', new RegExp(`^eusc-[a-z]{2}-${DIRECTION}-\\d+$`)],
  ['aws', new RegExp(`^(?:us|eu|ap|sa|ca|me|af|il|mx)-${DIRECTION}-\\d+$`)],
];

/** The partition of a region by its name; undefined for what is not named as a region. */
function partitionOf(region: string): Partition | undefined {
  return PARTITIONS.find(([, form]) => form.test(region))?.[0];
}

/**
 * What is wrong with the name of a region; undefined where nothing is. At an endpoint of the user's own any
 * name of letters, digits and hyphens may be one; a zone is none anywhere.
 */
export function problemOfRegion(
  text: string,
  atOwnEndpoint = false,
): { readonly message: string; readonly hint: string } | undefined {
  if (partitionOf(text) !== undefined) return undefined;
  const [, region] = /^([a-z]+(?:-[a-z]+)+-\d+)(?:[a-z]|-.+)$/.exec(text) ?? [];
  if (region !== undefined && partitionOf(region) !== undefined) {
    return { message: `"${text}" is a zone, not a region`, hint: `its region is ${region}` };
  }
  if (atOwnEndpoint && /^[a-z0-9-]+$/.test(text)) return undefined;
  return {
    message: `"${text}" is not a valid region name`,
    hint: 'a region is named like eu-west-1',
  };
}

/**
 * The regions in which role calls are recorded besides the one in use: that of the global STS endpoint, which
 * only the partition `aws` has (CloudTrail User Guide, "global service events": us-east-1).
 */
export function eventRegionsBeside(region: string): readonly string[] {
  return partitionOf(region) === 'aws' && region !== 'us-east-1' ? ['us-east-1'] : [];
}
