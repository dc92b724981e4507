/**
 * Does a text match the pattern? `*` stands for any text, also for none and across slashes; every other
 * character stands for itself, and the whole text must match. One pass over the text without backtracking,
 * however many `*` there are.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...middle] = pattern.split('*');
  const last = middle.pop();
  if (last === undefined) return (text) => text === pattern;
  const atLeast = first.length + last.length;
  return (text) => {
    if (text.length < atLeast || !text.startsWith(first) || !text.endsWith(last)) return false;
    // Where each part is found first, most is left for the others.
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}
