import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that went through, with the capacity that the answer reports. */
interface Seen {
  readonly at: number;
  readonly operation: string;
  /** The access key that signed. */
  readonly key: string | undefined;
  readonly body: Record<string, unknown>;
  readonly units: number;
}

/** What happens to a request instead of being passed on; undefined passes it on. */
export type Fault =
  | { readonly kind: 'error'; readonly status: number; readonly type: string }
  | { readonly kind: 'answer'; readonly body: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'hang' };

export interface Proxy {
  readonly url: string;
  readonly seen: Seen[];
  readonly close: () => void;
}

/** Stands before a DynamoDB endpoint: writes down what passes, and breaks what it is told to break. */
export async function startProxy(
  target: string,
  faultFor: (operation: string, number: number) => Fault | undefined = () => undefined,
): Promise<Proxy> {
  const seen: Seen[] = [];
  let number = 0;
  const server = createServer((incoming, answer) => {
    void pass(incoming, answer).catch(() => answer.destroy());
  });

  async function pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await read(incoming);
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    const fault = faultFor(operation, number++);
    if (fault?.kind === 'drop') return void incoming.socket.destroy();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'answer') {
      answer.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      return void answer.end(fault.body);
    }
    if (fault?.kind === 'error') {
      answer.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.0' });
      answer.end(JSON.stringify({ __type: `com.amazonaws#${fault.type}`, message: 'injected' }));
      return;
    }
    const passed = request(target, { method: 'POST', headers: incoming.headers });
    passed.end(body);
    const [response] = (await once(passed, 'response')) as [IncomingMessage];
    const bytes = await read(response);
    if (fault?.kind === 'cut') {
      answer.writeHead(response.statusCode ?? 500, { ...response.headers });
      answer.write(bytes.subarray(0, bytes.length / 2));
      setTimeout(() => answer.destroy(), 10);
      return;
    }
    const parsed = JSON.parse(bytes.toString()) as {
      ConsumedCapacity?: { CapacityUnits?: number };
    };
    seen.push({
      at: performance.now(),
      operation,
      key: /Credential=([^/]+)/.exec(incoming.headers.authorization ?? '')?.[1],
      body: JSON.parse(body.toString()) as Record<string, unknown>,
      units: parsed.ConsumedCapacity?.CapacityUnits ?? 0,
    });
    answer.writeHead(response.statusCode ?? 500, response.headers);
    answer.end(bytes);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function read(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
