import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIpAddress } from '../../../src/model/ocsf/ip-address.js';

test.each(['192.0.2.9', '0.0.0.0', '::', '::1', '1::', '2001:db8::1', '1:2:3:4:5:6:7:8'])(
  '%s is an address',
  (text) => expect(isIpAddress(text)).toBe(true),
);

test.each([
  '',
  '999.1.1.1',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  ':::',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  'fe80::1%eth0',
  'sts.amazonaws.com',
  'AWS Internal',
  '1.2.3.4\n',
])('%j is not', (text) => {
  expect(isIpAddress(text)).toBe(false);
});

test('what is taken is an address for Node too', () => {
  const pieces = fc.array(fc.constantFrom(':', '::', '.', '1', 'ffff', '255', '256', 'g'));
  const texts = fc.oneof(
    pieces.map((some) => some.join('')),
    fc.ipV4(),
    fc.ipV6(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      if (isIpAddress(text)) expect(isIP(text)).not.toBe(0);
    }),
    { numRuns: 2000 },
  );
});
