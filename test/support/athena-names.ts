import type { Node } from './athena-predicate.js';

type Names = ReadonlySet<string>;
/** What the tables and CTEs in scope have for columns; undefined is not known. */
type Scope = ReadonlyMap<string, Names | undefined>;

/**
 * The aliases that a SELECT uses outside ORDER BY as if they were columns: DuckDB lets it, Trino does not.
 * The outer scope is the tables by `database.table`.
 */
export function misusedAliases(node: Node, outer: Scope): string[] {
  const { misused, scope } = withCtes(node, outer);
  for (const child of ['left', 'right']) {
    if (node[child] !== undefined) misused.push(...misusedAliases(node[child] as Node, scope));
  }
  if (node['type'] !== 'SELECT_NODE') return misused;
  const { select_list: items, where_clause: where, group_expressions: groups, having } = node;
  const { columns, queries } = referredIn([items, where, groups, having]);
  const aliases = new Set((items as Node[]).map((item) => lower(item['alias'])));
  const sources = columnsOf(node['from_table'] as Node, scope);
  if (sources !== undefined) {
    misused.push(...columns.filter((name) => aliases.has(name) && !sources.has(name)));
  }
  const inner = [...queries, ...referredIn([node['from_table']]).queries];
  return [...misused, ...inner.flatMap((query) => misusedAliases(query, scope))];
}

/** The scope with a query's CTEs in it. */
function withCtes(node: Node, outer: Scope): { misused: string[]; scope: Scope } {
  const scope = new Map(outer);
  const misused: string[] = [];
  const { map } = node['cte_map'] as {
    map: { key: string; value: { aliases: string[]; query: { node: Node } } }[];
  };
  for (const { key, value } of map) {
    misused.push(...misusedAliases(value.query.node, scope));
    scope.set(lower(key), renamed(value.aliases, outputsOf(value.query.node, scope)));
  }
  return { misused, scope };
}

/** The columns that a query gives. */
function outputsOf(node: Node, outer: Scope): Names | undefined {
  const { scope } = withCtes(node, outer);
  if (node['type'] === 'SET_OPERATION_NODE') return outputsOf(node['left'] as Node, scope);
  if (node['type'] !== 'SELECT_NODE') return undefined;
  const names = new Set<string>();
  for (const item of node['select_list'] as Node[]) {
    const from = item['class'] === 'STAR' ? columnsOf(node['from_table'] as Node, scope) : [];
    if (from === undefined) return undefined;
    for (const name of from) names.add(name);
    names.add(lower(item['alias'] || (item['column_names'] as string[] | undefined)?.at(-1)));
  }
  return names;
}

/** The columns that a FROM offers. */
function columnsOf(from: Node, scope: Scope): Names | undefined {
  const aliases = from['column_name_alias'] as string[] | undefined;
  switch (from['type']) {
    case 'EMPTY':
      return new Set();
    case 'BASE_TABLE': {
      const schema = lower(from['schema_name']);
      const name = lower(from['table_name']);
      return renamed(aliases, scope.get(schema === '' ? name : `${schema}.${name}`));
    }
    case 'SUBQUERY':
      return renamed(aliases, outputsOf((from['subquery'] as { node: Node }).node, scope));
    case 'JOIN': {
      const left = columnsOf(from['left'] as Node, scope);
      const right = columnsOf(from['right'] as Node, scope);
      return left && right && new Set([...left, ...right]);
    }
    default:
      return undefined;
  }
}

function renamed(
  aliases: readonly string[] | undefined,
  names: Names | undefined,
): Names | undefined {
  return aliases !== undefined && aliases.length > 0 ? new Set(aliases.map(lower)) : names;
}

/** The first names of the columns in expressions, and the queries in them. */
function referredIn(value: unknown): { columns: string[]; queries: Node[] } {
  const columns: string[] = [];
  const queries: Node[] = [];
  const parameters = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const node = part as Node;
    if (node['type'] === 'SELECT_NODE' || node['type'] === 'SET_OPERATION_NODE') {
      return void queries.push(node);
    }
    if (node['class'] === 'LAMBDA') {
      for (const name of referredIn(node['lhs']).columns) parameters.add(name);
    }
    if (node['class'] === 'COLUMN_REF') columns.push(lower((node['column_names'] as string[])[0]));
    for (const child of Object.values(part)) visit(child);
  };
  visit(value);
  return { columns: columns.filter((name) => !parameters.has(name)), queries };
}

function lower(name: unknown): string {
  return typeof name === 'string' ? name.toLowerCase() : '';
}
