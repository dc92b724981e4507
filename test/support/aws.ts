import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type ServerOptions, createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';

/** One request as it came in. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  /** `GetCallerIdentity`, `Scan`: of the target header or the form. */
  readonly operation: string;
  /** The access key that signed, and the region that it signed for. */
  readonly key: string | undefined;
  readonly region: string | undefined;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

/** What is answered. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Parts of a body; at undefined nothing more comes, nor an end. */
  readonly parts?: readonly (string | undefined)[];
  /** Nothing is answered at all. */
  readonly silent?: boolean;
}

export interface FakeAws {
  readonly url: string;
  readonly seen: SeenRequest[];
  readonly close: () => void;
}

/** An AWS that knows who asks, hands out roles and lists regions; `answer` may say something else. */
export async function startFakeAws(
  answer: (request: SeenRequest, number: number) => Answer | undefined = () => undefined,
  tls?: ServerOptions,
): Promise<FakeAws> {
  const seen: SeenRequest[] = [];
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    void read(incoming).then((request) => {
      seen.push(request);
      send(response, answer(request, seen.length - 1) ?? usual(request));
    });
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  return { ...(await listening(server, tls === undefined ? 'http' : 'https')), seen };
}

/** An instance's metadata service that hands out the key `ASIAINSTANCE`. */
export async function startInstanceMetadata(): Promise<FakeAws> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    void read(incoming).then((request) => {
      seen.push(request);
      if (request.method === 'PUT') return response.end('TOKEN');
      if (/security-credentials\/?$/.test(request.url)) return response.end('InstanceRole');
      const keys = {
        Code: 'Success',
        AccessKeyId: 'ASIAINSTANCE',
        SecretAccessKey: 'x',
        Token: 't',
        Expiration: '2099-01-01T00:00:00Z',
      };
      return response.end(JSON.stringify(keys));
    });
  });
  return { ...(await listening(server, 'http')), seen };
}

/** A proxy that opens tunnels to where `to` says, and notes for whom. */
export async function startTunnel(to: (host: string) => { port: number } | number): Promise<{
  url: string;
  asked: string[];
  headers: IncomingMessage['headers'][];
  close: () => void;
}> {
  const { connect } = await import('node:net');
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((_, response) => response.writeHead(400).end());
  const sockets = new Set<Socket>();
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    sockets.add(socket);
    asked.push(request.url ?? '');
    headers.push(request.headers);
    const target = to(request.url ?? '');
    if (typeof target === 'number') return socket.end(`HTTP/1.1 ${target} no\r\n\r\n`);
    const upstream = connect(target.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    return sockets.add(upstream);
  });
  const { url, close } = await listening(server, 'http');
  const closeAll = (): void => {
    close();
    for (const socket of sockets) socket.destroy();
  };
  return { url, asked, headers, close: closeAll };
}

async function listening(
  server: Server & { closeAllConnections?: () => void },
  scheme: string,
): Promise<{ url: string; close: () => void }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections?.();
      server.close();
    },
  };
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const { method = '', url = '', headers } = incoming;
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(pieces).toString()));
  const target = String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)/.exec(headers.authorization ?? '');
  const path = url.split('?', 1)[0]!.slice(1);
  return {
    method,
    url,
    host: headers.host ?? '',
    operation: target || form['Action'] || path,
    key: scope?.[1],
    region: scope?.[2],
    form,
    headers,
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer.silent === true) return;
  const { status = 200, headers = {}, body, parts } = answer;
  response.writeHead(status, headers);
  if (parts === undefined) return void response.end(body ?? '');
  for (const part of parts) {
    if (part === undefined) {
      response.flushHeaders();
      return;
    }
    response.write(part);
  }
  response.end();
}

const XML = { 'content-type': 'text/xml' };
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

function usual({ operation, form }: SeenRequest): Answer {
  switch (operation) {
    case 'GetCallerIdentity':
      return { headers: XML, body: identityXml('arn:aws:iam::111122223333:user/pat') };
    case 'AssumeRole':
      return { headers: XML, body: roleXml(`ASIA${form['RoleArn']?.split('/').at(-1)}`) };
    case 'ListRegions':
    case 'listRegions':
      return { headers: JSON_TYPE, body: JSON.stringify({ Regions: [] }) };
    default:
      return { status: 400, headers: JSON_TYPE, body: '{"__type":"UnknownOperationException"}' };
  }
}

export function identityXml(arn: string): string {
  return `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>${arn.split(':')[4]}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
}

function roleXml(key: string): string {
  const keys = `<AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`;
  return `<AssumeRoleResponse><AssumeRoleResult><Credentials>${keys}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}
