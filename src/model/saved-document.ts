import { ValueError } from '../errors.js';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The JSON object that a text is; undefined where it is none. */
export function jsonObjectIn(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads members of a document that this program itself wrote. Each throws what `damaged` makes. */
export interface Members {
  readonly objectOf: (value: unknown, where: string) => Json;
  readonly listOf: (value: unknown, where: string) => readonly Json[];
  /** A text that is not empty. */
  readonly textOf: (value: unknown, where: string) => string;
  /** A whole number of 0 or more. */
  readonly countOf: (value: unknown, where: string) => number;
  readonly damaged: (where: string) => ValueError;
}

/** What reads the members of `what`, which errors name. */
export function membersOf(what: string): Members {
  const damaged = (where: string): ValueError => new ValueError(`${what} is damaged: ${where}`);
  const objectOf = (value: unknown, where: string): Json => {
    if (isObject(value)) return value;
    throw damaged(where);
  };
  return {
    objectOf,
    listOf: (value, where) => {
      if (!Array.isArray(value)) throw damaged(where);
      return value.map((one) => objectOf(one, where));
    },
    textOf: (value, where) => {
      if (typeof value === 'string' && value !== '') return value;
      throw damaged(where);
    },
    countOf: (value, where) => {
      if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
      throw damaged(where);
    },
    damaged,
  };
}

/** What is read of a member, where there is one. */
export function optional<T>(
  value: unknown,
  read: (value: unknown, where: string) => T,
  where: string,
): T | undefined {
  return value === undefined ? undefined : read(value, where);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
