import { describe, expect, test } from 'vitest';
import { eventRegionsBeside, problemOfRegion } from '../../../src/model/aws/region.js';

const REGIONS =
  'us-east-1 us-west-2 eu-central-1 eu-south-2 ap-southeast-5 ap-northeast-3 sa-east-1 ca-west-1 me-central-1 af-south-1 il-central-1 mx-central-1 cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-isob-east-1 eu-isoe-west-1 us-isof-south-1 eusc-de-east-1'.split(
    ' ',
  );

describe('the name of a region', () => {
  test.each(REGIONS)('is %s', (region) => {
    expect(problemOfRegion(region)).toBeUndefined();
  });

  test.each([
    ['eu-west-1a', 'eu-west-1'],
    ['us-gov-west-1b', 'us-gov-west-1'],
    ['us-west-2-lax-1a', 'us-west-2'],
    ['us-east-1-wl1-bos-wlz-1', 'us-east-1'],
  ])('is not %s, which is a zone of %s, at any endpoint', (zone, region) => {
    for (const own of [true, false]) {
      expect(problemOfRegion(zone, own)).toEqual({
        message: `"${zone}" is a zone, not a region`,
        hint: `its region is ${region}`,
      });
    }
  });

  test.each(['eu-wset-1', 'euwest1', 'eu-west', 'EU-WEST-1', 'Ireland', 'all', '', 'eu_west-1'])(
    'is not %j',
    (text) => {
      expect(problemOfRegion(text)?.message).toBe(`"${text}" is not a valid region name`);
    },
  );

  test.each([
    ['local', true],
    ['garage', true],
    ['eu_west', false],
    ['a.b', false],
    ['x/y', false],
    ['', false],
  ])('may be %j at an endpoint of the user: %s', (text, may) => {
    expect(problemOfRegion(text, true) === undefined).toBe(may);
  });
});

test.each([
  ['eu-west-1', ['us-east-1']],
  ['us-east-1', []],
  ['us-gov-west-1', []],
  ['cn-north-1', []],
  ['us-iso-east-1', []],
  ['local', []],
])('besides %s role calls are recorded in %j', (region, beside) => {
  expect(eventRegionsBeside(region)).toEqual(beside);
});
