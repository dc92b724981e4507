import type { DuckDBConnection } from '@duckdb/node-api';

/** A node of the tree that DuckDB parses SQL into. */
export type Node = Readonly<Record<string, unknown>>;

/** A table as SQL names it. */
interface Name {
  readonly schema: string;
  readonly table: string;
}

/** The tree of one SELECT; an error says why there is none. */
export async function treeOf(connection: DuckDBConnection, sql: string): Promise<Node> {
  const text = await textFrom(connection, `SELECT json_serialize_sql(${quoted(sql)})`);
  // The locations are greater than a number of JavaScript holds, and of no use.
  const tree = JSON.parse(text, (key, value: unknown) =>
    key === 'query_location' ? 0 : value,
  ) as {
    error: boolean;
    error_message?: string;
    statements: [{ node: Node }];
  };
  if (tree.error) throw new Error(tree.error_message);
  return tree.statements[0].node;
}

/**
 * For every mention of a table in FROM, SQL of the conditions in its WHERE that are on nothing but partition keys.
 * Conditions on a subquery's or a CTE's columns do not count, though Trino would see through it:
 * then all of the table is read.
 */
export async function predicatesOn(
  { schema, table }: Name,
  keys: readonly string[],
  tree: Node,
  connection: DuckDBConnection,
): Promise<string[]> {
  const predicates: string[] = [];
  for (const select of nodesIn(tree)) {
    if (select['type'] !== 'SELECT_NODE') continue;
    for (const source of sourcesIn(select['from_table'] as Node | null)) {
      if (!isSame(source['table_name'], table)) continue;
      if (source['schema_name'] !== '' && !isSame(source['schema_name'], schema)) continue;
      const alias = source['alias'] === '' ? table : source['alias'];
      const conditions = conjunctsOf(select['where_clause'] as Node | null).filter((condition) =>
        isOnKeys(condition, keys, alias),
      );
      predicates.push(await conjunctionOf(conditions, connection));
    }
  }
  return predicates;
}

/** The SQL of a SELECT whose WHERE is these conditions. */
async function conjunctionOf(
  conditions: readonly Node[],
  connection: DuckDBConnection,
): Promise<string> {
  if (conditions.length === 0) return 'true';
  const texts: string[] = [];
  for (const condition of conditions) {
    const tree = await treeOf(connection, 'SELECT 1');
    const bare = JSON.stringify(condition, (key, value: unknown) =>
      key === 'column_names' ? (value as string[]).slice(-1) : value,
    );
    const node = { ...tree, select_list: [JSON.parse(bare)] };
    const whole = JSON.stringify({ error: false, statements: [{ node, named_param_map: [] }] });
    const sql = await textFrom(connection, `SELECT json_deserialize_sql(${quoted(whole)})`);
    texts.push(`(${sql})`);
  }
  return texts.join(' AND ');
}

function* nodesIn(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const child of Object.values(value)) yield* nodesIn(child);
}

function* sourcesIn(from: Node | null): Generator<Node> {
  if (from?.['type'] === 'BASE_TABLE') yield from;
  if (from?.['type'] !== 'JOIN') return;
  yield* sourcesIn(from['left'] as Node);
  yield* sourcesIn(from['right'] as Node);
}

function conjunctsOf(where: Node | null): readonly Node[] {
  if (where === null) return [];
  if (where['type'] !== 'CONJUNCTION_AND') return [where];
  return (where['children'] as Node[]).flatMap(conjunctsOf);
}

function isOnKeys(condition: Node, keys: readonly string[], alias: unknown): boolean {
  const nodes = [...nodesIn(condition)];
  const columns = nodes.filter((node) => node['class'] === 'COLUMN_REF');
  return (
    columns.length > 0 &&
    nodes.every((node) => node['class'] !== 'SUBQUERY') &&
    columns.every((column) => {
      const names = column['column_names'] as string[];
      const isOfTable = names.length === 1 || (names.length === 2 && isSame(names[0], alias));
      return isOfTable && keys.some((key) => isSame(names.at(-1), key));
    })
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return String(a).toLowerCase() === String(b).toLowerCase();
}

async function textFrom(connection: DuckDBConnection, sql: string): Promise<string> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJson()[0]?.[0] as string;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
