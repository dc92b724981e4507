import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { Transform } from 'node:stream';

export interface SlowServer {
  readonly url: string;
  readonly close: () => void;
}

/** Stands before a server, and brings each piece of its answers so many milliseconds late. */
export async function slowly(target: string, millis: number): Promise<SlowServer> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const late = new Transform({
      transform: (piece: Buffer, _, done) => void setTimeout(() => done(null, piece), millis),
    });
    for (const socket of [client, upstream]) {
      open.add(socket);
      const closeBoth = (): void => {
        client.destroy();
        upstream.destroy();
      };
      socket
        .on('error', closeBoth)
        .on('close', closeBoth)
        .on('close', () => open.delete(socket));
    }
    client.pipe(upstream);
    upstream.pipe(late).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
