/**
 * Is a path left out by one of these patterns? A pattern without a slash is for the name of any file or
 * folder; one with a slash is for the path below the place that was given, or for the whole path.
 */
export async function excluder(
  patterns: readonly string[],
): Promise<(path: string, below: string) => boolean> {
  if (patterns.length === 0) return () => false;
  const { default: picomatch } = await import('picomatch');
  const matchers = patterns.map((pattern) => {
    const trimmed = pattern.replace(/\/+$/, '').replace(/^\.\//, '');
    const matches = picomatch(trimmed, { dot: true });
    if (trimmed.includes('/'))
      return (path: string, below: string) => matches(below) || matches(path);
    return (path: string) => matches(path.slice(path.lastIndexOf('/') + 1));
  });
  return (path, below) => matchers.some((matches) => matches(path, below));
}
