import { Refusal } from '../refusal.js';

/** What DynamoDB says to a request that it does not take. */
export function invalid(message: string): Refusal {
  return new Refusal('ValidationException', message);
}

/** A number that is asked for within bounds, or what is taken without one. */
export function within(
  name: string,
  value: number | undefined,
  [least, most]: readonly [number, number],
  otherwise: number,
): number {
  if (value === undefined) return otherwise;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`${name} is a whole number from ${least} to ${most}`);
}
