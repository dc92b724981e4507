/** A macro for each number of arguments. */
function nullIfAny(name: string): string {
  const lists = ['a, b', 'a, b, c', 'a, b, c, d'];
  const macros = lists.map(
    (list) => `(${list}) AS CASE WHEN len(list_filter([${list}], lambda x: x IS NULL)) = 0
      THEN system.main.${name}(${list}) END`,
  );
  return `${name}${macros.join(', ')}`;
}

/** Functions of Trino that DuckDB lacks, or that do something else there, in DuckDB's SQL. */
export const TRINO_FUNCTIONS: readonly string[] = [
  `json_extract_scalar(j, p) AS CASE WHEN json_type(j, p) NOT IN ('OBJECT', 'ARRAY')
    THEN json_extract_string(j, p) END`,
  'json_format(j) AS CAST(j AS VARCHAR)',
  'json_parse(s) AS CAST(s AS JSON)',
  'to_utf8(s) AS encode(s)',
  'from_utf8(b) AS decode(b)',
  'sha256(b) AS unhex(system.main.sha256(b))',
  'md5(b) AS unhex(system.main.md5(b))',
  'element_at(l, i) AS l[i]',
  'cardinality(l) AS len(l)',
  'array_join(l, s) AS array_to_string(l, s)',
  'arrays_overlap(a, b) AS list_has_any(a, b)',
  'array_max(l) AS list_max(l)',
  'array_min(l) AS list_min(l)',
  'slice(l, i, n) AS l[i : i + n - 1]',
  'sequence(a, b) AS generate_series(a, b)',
  'map_agg(k, v) AS map(list(k), list(v))',
  'approx_distinct(x) AS approx_count_distinct(x)',
  'concat(a, b) AS a || b, (a, b, c) AS a || b || c, (a, b, c, d) AS a || b || c || d',
  nullIfAny('greatest'),
  nullIfAny('least'),
  'regexp_like(s, p) AS regexp_matches(s, p)',
  `regexp_extract(s, p) AS CASE WHEN regexp_matches(s, p) THEN system.main.regexp_extract(s, p) END,
    (s, p, g) AS CASE WHEN regexp_matches(s, p) THEN system.main.regexp_extract(s, p, g) END`,
  String.raw`regexp_replace(s, p) AS system.main.regexp_replace(s, p, '', 'g'),
    (s, p, r) AS system.main.regexp_replace(s, p,
      system.main.regexp_replace(r, '\$(\d)', '\\\1', 'g'), 'g')`,
  'from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ)',
  'from_iso8601_date(s) AS CAST(s AS DATE)',
  `to_iso8601(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ')`,
  'from_unixtime(n) AS to_timestamp(n)',
  'to_unixtime(t) AS epoch(t)',
  'date_diff(u, a, b) AS date_sub(u, a, b)', // whole units, not borders
  `date_add(u, n, t) AS t + n * CASE u
    WHEN 'second' THEN INTERVAL 1 SECOND WHEN 'minute' THEN INTERVAL 1 MINUTE
    WHEN 'hour' THEN INTERVAL 1 HOUR WHEN 'day' THEN INTERVAL 1 DAY
    WHEN 'week' THEN INTERVAL 7 DAY WHEN 'month' THEN INTERVAL 1 MONTH
    WHEN 'year' THEN INTERVAL 1 YEAR END`,
  `date_format(t, f) AS strftime(t, replace(replace(f, '%i', '%M'), '%s', '%S'))`,
];
