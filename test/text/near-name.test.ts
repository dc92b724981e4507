import { expect, test } from 'vitest';
import { nearName } from '../../src/text/near-name.js';

const KNOWN = ['id', 'user', 'status', 'updated_at', 'revoked_by', 'source_identity'];

test.each([
  ['updatedAt', 'updated_at'],
  ['Updated At', 'updated_at'],
  ['updated-at', 'updated_at'],
  ['UPDATED_AT', 'updated_at'],
  ['update_at', 'updated_at'],
  ['updatedd_at', 'updated_at'],
  ['updatet_at', 'updated_at'],
  ['upadted_at', 'updated_at'],
  ['statu', 'status'],
  ['ID', 'id'],
  ['User', 'user'],
])('%s is nearly %s', (written, meant) => {
  expect(nearName(written, KNOWN)).toBe(meant);
});

test.each(['id', 'updated_at', 'usr', 'ie', 'comment', 'updat_at', 'at_updated', '', 'stat'])(
  '%s is nearly none',
  (written) => {
    expect(nearName(written, KNOWN)).toBeUndefined();
  },
);
