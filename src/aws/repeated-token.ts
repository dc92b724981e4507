/**
 * Says whether the token of a page has come before, so that pages would never end. Of all tokens one is
 * held, a later and later one (Brent's way to find a cycle).
 */
export function repeatedTokenCheck(): (token: string) => boolean {
  let held: string | undefined;
  let count = 0;
  let renewAt = 1;
  return (token) => {
    if (token === held) return true;
    if (++count === renewAt) {
      held = token;
      renewAt *= 2;
    }
    return false;
  };
}
