/** Deeper than any policy, list or config is; its parser would take gigabytes for some megabytes of brackets. */
const DEEPEST = 500;

/** May a YAML text be nested too deeply to be parsed? Quotes are not looked at: no text has so many brackets. */
export function isTooDeep(text: string): boolean {
  if (/(?:[-?:][ \t]+){500}/.test(text)) return true;
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    if (bracket === ']' || bracket === '}') depth = Math.max(0, depth - 1);
    else if (++depth > DEEPEST) return true;
  }
  return false;
}
