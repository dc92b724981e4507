import { invalid } from './refusal.js';

const LITERALS = [/^'(?:[^']|'')*'$/, /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/, /^timestamp '[^']*'$/i];
/** What hides a question mark, or one that nothing hides. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\?/g;

/** SQL with its parameters in place; text comes as VARCHAR, since DuckDB takes a bare literal for any type. */
export function bind(sql: string, parameters: readonly string[]): string {
  for (const parameter of parameters) {
    if (parameter.length < 1 || parameter.length > 1024) {
      throw invalid('an execution parameter is not of 1 to 1024 characters');
    }
    if (!LITERALS.some((literal) => literal.test(parameter))) {
      throw invalid(`execution parameter is not a literal: ${parameter}`);
    }
  }
  let used = 0;
  const bound = sql.replaceAll(TOKENS, (token) => {
    if (token !== '?') return token;
    const parameter = parameters[used++] ?? '';
    return parameter.startsWith("'") ? `CAST(${parameter} AS VARCHAR)` : parameter;
  });
  if (used !== parameters.length) {
    throw invalid(
      `Incorrect number of parameters: expected ${used} but found ${parameters.length}`,
    );
  }
  return bound;
}
