/** The shortest name in which a slip of one letter is looked for. */
const SHORTEST = 6;

/**
 * The known name that was nearly written: equal but for case, blanks, `_` and `-`, or in a name of six letters
 * and more one letter too many, too few, another, or two that changed places. Undefined where there is none, and
 * for a known name itself.
 */
export function nearName(written: string, known: readonly string[]): string | undefined {
  if (known.includes(written)) return undefined;
  const plain = plainOf(written);
  return (
    known.find((name) => plainOf(name) === plain) ??
    known.find((name) => name.length >= SHORTEST && isOneEditAway(plainOf(name), plain))
  );
}

function plainOf(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

function isOneEditAway(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  if (short.slice(at + 1) === long.slice(at + 1)) return true;
  const areSwapped = short[at] === long[at + 1] && short[at + 1] === long[at];
  return areSwapped && short.slice(at + 2) === long.slice(at + 2);
}
