import { createHash } from 'node:crypto';

/** Keys under which AWS writes what opens doors, without their dashes and in lower case. */
const CREDENTIAL = /credentials?$|(session|security)token$|secretaccesskey$|accesskeyid$/;
/** The same within a text, such as a record in JSON, and what key ids look like. */
const CREDENTIAL_TEXT =
  /(session|security)[_-]?token|secret[_-]?access[_-]?key|credentials"|\b(ASIA|AKIA)[A-Z0-9]{12,}/i;
/** Deeper than any row of ours, and than recursion can go. */
const DEEPEST = 32;

/** The value without anything that a credential could be in. What lies too deep to be looked at is left out. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return CREDENTIAL_TEXT.test(value) ? 'REDACTED' : value;
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth === DEEPEST) return 'TOO DEEP';
  if (Array.isArray(value)) return value.map((inner) => redacted(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isCredential = CREDENTIAL.test(key.replaceAll(/[_-]/g, '').toLowerCase());
      return [key, isCredential ? 'REDACTED' : redacted(inner, depth + 1)];
    }),
  );
}

/** What is kept of bytes that could not be parsed, and so could hold a credential anywhere. */
export function fingerprint(bytes: Uint8Array): { length: number; sha256: string } {
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
