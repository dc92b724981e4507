import { setTimeout as sleep } from 'node:timers/promises';

/** What Trino answers of a statement, page by page. */
interface Page {
  readonly nextUri?: string;
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly errorName: string; readonly message: string };
  readonly stats: Stats;
}

/** What a statement took, as far as anybody asks. */
export interface Stats {
  readonly physicalInputBytes: number;
  readonly planningTimeMillis: number;
}

/** Where tables are. */
export interface TrinoPlace {
  readonly url: string | undefined;
  readonly catalog: string;
}

/** Read at once: a run of the program has an environment of its own. */
const MEMORY: TrinoPlace = { url: process.env['TRINO_URL'], catalog: 'memory' };

/** Runs one statement to its end. @throws Error with what Trino finds wrong with it. */
export async function runTrino(
  sql: string,
  schema = 'default',
  { url, catalog }: TrinoPlace = MEMORY,
): Promise<Required<Pick<Page, 'columns' | 'data' | 'stats'>>> {
  const headers = {
    'X-Trino-User': 'test',
    'X-Trino-Catalog': catalog,
    'X-Trino-Schema': schema,
    'X-Trino-Time-Zone': 'UTC',
    'X-Trino-Session': 'task_concurrency=1',
  };
  const data: (readonly unknown[])[] = [];
  let columns: Page['columns'];
  let page = await pageOf(`${url}/v1/statement`, { method: 'POST', headers, body: sql });
  for (;;) {
    if (page.error !== undefined) {
      throw new Error(`${page.error.errorName}: ${page.error.message}`);
    }
    columns ??= page.columns;
    data.push(...(page.data ?? []));
    if (page.nextUri === undefined) {
      return { columns: columns ?? [], data, stats: page.stats };
    }
    page = await pageOf(page.nextUri, { headers });
  }
}

async function pageOf(url: string, request: RequestInit): Promise<Page> {
  for (;;) {
    const answer = await fetch(url, request);
    if (answer.ok) return (await answer.json()) as Page;
    if (![502, 503, 504].includes(answer.status)) throw new Error(await answer.text());
    await sleep(50); // Trino's protocol: ask again
  }
}
