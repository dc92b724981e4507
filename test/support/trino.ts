import { TrinoSqlListener } from 'dt-sql-parser/dist/lib/trino/TrinoSqlListener.js';
import type { FunctionCallContext } from 'dt-sql-parser/dist/lib/trino/TrinoSqlParser.js';
import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino/index.js';

/** The functions of Trino that the engine has too, and with the same meaning. */
const FUNCTIONS = new Set(
  (
    'count count_if sum avg min max min_by max_by arbitrary any_value array_agg map_agg bool_and bool_or ' +
    'approx_distinct row_number rank dense_rank lag lead first_value last_value ntile ' +
    'coalesce nullif if try greatest least typeof abs ceil floor round mod power ' +
    'length lower upper trim ltrim rtrim substr substring strpos replace reverse split split_part concat ' +
    'concat_ws lpad rpad starts_with chr regexp_like regexp_extract regexp_replace ' +
    'to_hex from_hex to_utf8 from_utf8 sha256 md5 ' +
    'json_extract json_extract_scalar json_format json_parse json_array_length ' +
    'element_at cardinality filter contains array_join array_distinct array_max array_min arrays_overlap ' +
    'slice sequence flatten map map_keys map_values ' +
    'from_iso8601_timestamp from_iso8601_date to_iso8601 from_unixtime to_unixtime date_diff date_add ' +
    'date_trunc date_format date now year month day hour minute second'
  ).split(' '),
);
const parser = new TrinoSQL();

/** What Trino would find wrong with SQL by its grammar; it must be one statement of functions known here. */
export function checkTrino(sql: string): string[] {
  const errors = parser
    .validate(sql)
    .map(({ startLine, startColumn, message }) => `line ${startLine}:${startColumn}: ${message}`);
  if (errors.length > 0) return errors;
  const statements = parser.splitSQLByStatement(sql)?.length ?? 0;
  if (statements !== 1) return [`${statements} statements, not one`];
  // The grammar takes them, Trino's parser then does not.
  if (parser.getAllTokens(sql).some(({ text }) => text?.startsWith('`'))) {
    return ['backquoted identifiers are not supported; use double quotes to quote identifiers'];
  }
  return unknownFunctions(sql).map((name) => `Function '${name}' not registered`);
}

function unknownFunctions(sql: string): string[] {
  const names: string[] = [];
  const listener = new TrinoSqlListener();
  listener.enterFunctionCall = (call: FunctionCallContext) => {
    names.push(call.functionName().getText().toLowerCase());
  };
  parser.listen(listener, parser.parse(sql));
  return names.filter((name) => !FUNCTIONS.has(name));
}
