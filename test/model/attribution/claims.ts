import type { Claim } from '../../../src/model/attribution/role-claims.js';

export const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
export const ADMIN = arn('Admin');

export function claim(role: string, profile: string, way: Claim['way'], calls = 0): Claim {
  return { role, profile, way, calls };
}
