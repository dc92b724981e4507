import { createHash } from 'node:crypto';

/** Keys under which AWS writes what opens doors, in any spelling of their case. */
const CREDENTIAL = /^(credentials?|sessiontoken|secretaccesskey|accesskeyid|securitytoken)$/i;

/** The value without anything that a credential could be in, at any depth. */
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      CREDENTIAL.test(key) ? 'REDACTED' : redacted(inner),
    ]),
  );
}

/** What is kept of bytes that could not be parsed, and so could hold a credential anywhere. */
export function fingerprint(bytes: Uint8Array): { length: number; sha256: string } {
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
