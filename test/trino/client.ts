import { setTimeout as sleep } from 'node:timers/promises';

/** What Trino answers of a statement, page by page. */
interface Page {
  readonly nextUri?: string;
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly errorName: string; readonly message: string };
}

const URL = process.env['TRINO_URL'];

/** Runs one statement to its end. @throws Error with what Trino finds wrong with it. */
export async function runTrino(
  sql: string,
  schema = 'default',
): Promise<Required<Pick<Page, 'columns' | 'data'>>> {
  const headers = {
    'X-Trino-User': 'test',
    'X-Trino-Catalog': 'memory',
    'X-Trino-Schema': schema,
    'X-Trino-Time-Zone': 'UTC',
    'X-Trino-Session': 'task_concurrency=1',
  };
  const data: (readonly unknown[])[] = [];
  let columns: Page['columns'];
  let page = await pageOf(`${URL}/v1/statement`, { method: 'POST', headers, body: sql });
  for (;;) {
    if (page.error !== undefined) {
      throw new Error(`${page.error.errorName}: ${page.error.message}`);
    }
    columns ??= page.columns;
    data.push(...(page.data ?? []));
    if (page.nextUri === undefined) return { columns: columns ?? [], data };
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
