import { createHash } from 'node:crypto';

/**
 * How the names end under which AWS, those who sign in for it and HTTP keep what opens doors: without dashes and
 * in lower case. Ids of such things, as `sAMLAssertionID`, open none.
 */
const NAMES =
  'credentials?|secretaccesskey|accesskeyid|token|(?:token|device|user|authorization|mfa)code|assertion|secret|password|passphrase|privatekey|apikey|signature|authorization|cookie|logins';
const CREDENTIAL = new RegExp(`(?:${NAMES})$`);
/** The same within a text, such as a record in JSON or a URL. */
const NAMED_IN_TEXT = new RegExp(
  `(?:${NAMES})["'\\\\]{0,99}\\s{0,99}[:=]|(?:session|security)token|secretaccesskey`,
);
/** What key ids, and JSON web tokens, look like. Bounded: V8 runs out of stack on a longer match. */
const VALUE_IN_TEXT =
  /(?<![A-Z0-9])(?:ASIA|AKIA)[A-Z0-9]{12}|(?<![\w-])eyJ[\w-]{8,9999}\.eyJ[\w-]/i;
/** Deeper than any row of ours, and than recursion can go. */
const DEEPEST = 32;

/** The value without anything that a credential could be in. What lies too deep to be looked at is left out. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return isCredentialIn(value) ? 'REDACTED' : value;
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth === DEEPEST) return 'TOO DEEP';
  if (Array.isArray(value)) return value.map((inner) => redacted(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isCredential = CREDENTIAL.test(plainOf(key));
      return [key, isCredential ? 'REDACTED' : redacted(inner, depth + 1)];
    }),
  );
}

function isCredentialIn(text: string): boolean {
  return NAMED_IN_TEXT.test(plainOf(text)) || VALUE_IN_TEXT.test(text);
}

function plainOf(text: string): string {
  return text.replaceAll(/[_-]/g, '').toLowerCase();
}

/** What is kept of bytes that could not be parsed, and so could hold a credential anywhere. */
export function fingerprint(bytes: Uint8Array): { length: number; sha256: string } {
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
