import { createHash } from 'node:crypto';

/**
 * Says whether the token of a page has come before: the pages after it would come again, and perhaps never end. Holds
 * 64 bits of each token.
 */
export function repeatedTokenCheck(): (token: string) => boolean {
  const seen = new Set<string>();
  return (token) => {
    const digest = createHash('sha256').update(token).digest().toString('latin1', 0, 8);
    if (seen.has(digest)) return true;
    seen.add(digest);
    return false;
  };
}
