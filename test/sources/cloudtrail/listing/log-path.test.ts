import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../../../src/model/time/instant.js';
import {
  dayOf,
  folderMayBeIn,
  mayBeIn,
  otherService,
} from '../../../../src/sources/cloudtrail/listing/log-path.js';

const AREA = 'AWSLogs/111122223333/CloudTrail/us-east-1';
const NAME = '111122223333_CloudTrail_us-east-1_20260924T2010Z_abcdefgh12345678.json.gz';

describe('the day of a log file is that of the innermost date below a region', () => {
  test.each([
    [`${AREA}/2026/09/24/x.json.gz`, '2026-09-24'],
    [`/evidence/2026/10/15/${AREA}/2026/09/24/x.json.gz`, '2026-09-24'],
    [`/us-east-1/2026/10/15/${AREA}/2026/09/24/x.json.gz`, '2026-09-24'],
    [`/s3/eu-central-1/2026/09/24/x.json`, '2026-09-24'],
    [`/s3/us-gov-west-1/2026/09/24/x.json`, '2026-09-24'],
    [`/lake/region=us-east-1/year=2026/month=9/day=4/part-0.json`, '2026-09-04'],
    [`/lake/us-east-1/2026/09/24/17/x.json`, '2026-09-24'],
    [`/flat/${NAME}`, '2026-09-24'],
    [`/evidence/2026/10/15/${NAME}`, '2026-09-24'],
    [`${AREA}/2026/09/24/${NAME}`, '2026-09-24'],
  ])('%s', (path, day) => {
    expect(dayOf(`/${path}`)).toBe(day);
  });

  test.each([
    '/evidence/2026/09/24/events.json',
    '/cases/2026/13/45/us-east-1/events.json',
    '/us-east-1/2026/13/45/x.json',
    '/us-east-1/2026/02/30/x.json',
    '/us-east-1/case/2026/09/24/x.json',
    '/evidence/year=2026/month=10/day=15/events.json',
    `/${AREA}/2026/09/25/${NAME}`,
    '/events.json',
  ])('%s has none', (path) => {
    expect(dayOf(path)).toBeUndefined();
  });
});

describe('in a window of one day', () => {
  const window = {
    since: parseInstant('2026-09-24T00:00:00Z')!,
    until: parseInstant('2026-09-25T00:00:00Z')!,
  };

  test.each([
    [`/${AREA}/2026/09/22`, false],
    [`/${AREA}/2026/09/23`, true],
    [`/${AREA}/2026/09/25`, true],
    [`/${AREA}/2026/09/27`, false],
    [`/${AREA}/year=2026/month=09/day=27`, false],
    [`/${AREA}/2026/10`, true],
    [`/evidence/2026/10/15/${AREA}/2026/09/24`, true],
  ])('the folder %s may hold events: %s', (path, mayBe) => {
    expect(folderMayBeIn(path, window)).toBe(mayBe);
  });

  test.each([
    '/evidence/2026/10/15',
    '/us-east-1/2026/10/15',
    '/CloudTrail/us-east-1/2026/10/15',
    '/us-east-1/2026/10/15/more',
    `/${AREA}/2026/10/15/more`,
  ])('files of another day may lie below %s', (path) => {
    expect(folderMayBeIn(path, window)).toBe(true);
  });

  test.each([
    ['/us-east-1/2026/10/15/x.json', false],
    ['/evidence/2026/10/15/x.json', true],
    [`/flat/${NAME.replace('20260924', '20261015')}`, false],
    [`/us-east-1/2026/10/15/${NAME}`, true],
  ])('the file %s may hold events: %s', (path, mayBe) => {
    expect(mayBeIn(path, window)).toBe(mayBe);
  });
});

test.each([
  ['/b/AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/24/x', undefined],
  ['/b/AWSLogs/o-abc123/111122223333/CloudTrail/us-east-1/2026/09/24/x', undefined],
  ['/b/AWSLogs/111122223333/Config/us-east-1/2026/9/24/x', 'Config'],
  ['/b/AWSLogs/o-abc123/111122223333/vpcflowlogs/us-east-1/x', 'vpcflowlogs'],
  ['/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/09/24/x', 'CloudTrail-Digest'],
  ['/flat/1_CloudTrail-Insight_us-east-1_x.json.gz', 'CloudTrail-Insight'],
  ['/b/AWSLogs/111122223333/x.json', undefined],
  ['/evidence/Config/x.json', undefined],
])('%s is of %s', (path, service) => {
  expect(otherService(path)).toBe(service);
});
