import * as fc from 'fast-check';
import type { Span } from '../../../src/model/coverage/span.js';

/** A few spans near each other, some with a complete read. */
export const someSpans: fc.Arbitrary<Span[]> = fc.array(
  fc
    .record({
      from: fc.nat(60),
      length: fc.nat(20),
      read: fc.option(fc.nat(20), { nil: undefined }),
    })
    .map(({ from, length, read }) => ({
      from,
      to: from + length,
      completeReadAt: read === undefined ? undefined : from + Math.min(read, length),
    })),
  { maxLength: 6 },
);
