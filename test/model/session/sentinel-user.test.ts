import { expect, test } from 'vitest';
import { sentinelUser } from '../../../src/model/session/sentinel-user.js';

test.each([
  ['arn:aws:iam::123456789012:user/alice', 'alice'],
  ['arn:aws:iam::123456789012:user/teams/red/bob', 'bob'],
  ['arn:aws:sts::123456789012:assumed-role/Admin/alice@example.com', 'aliceexamplecom'],
  ['arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123/Jane.Doe-1', 'JaneDoe1'],
  [
    'arn:aws:sts::123456789012:assumed-role/Admin/abcdefghijklmnopqrstuvwxyz',
    'abcdefghijklmnopqrst',
  ],
  [
    'arn:aws:sts::123456789012:assumed-role/Admin/a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u',
    'abcdefghijklmnopqrst',
  ],
  ['arn:aws:iam::123456789012:root', 'root'],
  ['arn:aws-us-gov:iam::123456789012:user/Zoë', 'Zo'],
  ['arn:aws:sts::123456789012:assumed-role/Admin/@@@', ''],
  ['', ''],
])('%s is stored as "%s"', (arn, user) => {
  expect(sentinelUser(arn)).toBe(user);
});
