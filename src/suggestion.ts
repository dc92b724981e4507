import { closestMatch } from 'leven';

/** `did you mean …?`, for a word that is near enough to a valid one; undefined for any other. */
export function suggestion(word: string, valid: readonly string[]): string | undefined {
  const maxDistance = Math.max(2, Math.floor(word.length / 3));
  const nearest = closestMatch(
    word.toLowerCase(),
    valid.map((name) => name.toLowerCase()),
    {
      maxDistance,
    },
  );
  const found = valid.find((name) => name.toLowerCase() === nearest);
  return found === undefined ? undefined : `did you mean ${found}?`;
}
