import { validateHeaderValue } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpsProxyAgent } from 'hpagent';
import type { Environment } from '../environment.js';
import { type Exchange, noteExchange } from './exchange.js';
import { withIdleLimit } from './idle-body.js';
import { proxyFor } from './proxy.js';

type Request = Parameters<NodeHttpHandler['handle']>[0];
type Options = Parameters<NodeHttpHandler['handle']>[1];
type Answer = Awaited<ReturnType<NodeHttpHandler['handle']>>;

export interface HttpHandlerOptions {
  readonly env: Environment;
  /** Certificates that are trusted in place of Node's own; PEM. */
  readonly certificates: string | undefined;
  /** Milliseconds to wait for the head of an answer. */
  readonly headTimeout: number;
  /** Milliseconds to wait for the next byte of a body. */
  readonly idleTimeout: number;
}

const CONNECT_TIMEOUT = 5_000;
const MOST_SOCKETS = 64;

/**
 * Sends the requests of one client: through the proxy that the environment names, trusting the certificates
 * that the user named, and with an end to each wait. Smithy's own time-out ends with the head of an answer.
 */
export class AwsHttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: HttpHandlerOptions;
  readonly #handlers = new Map<string, NodeHttpHandler>();

  constructor(options: HttpHandlerOptions) {
    this.#options = options;
  }

  async handle(request: Request, options?: Options): Promise<Answer> {
    // What cannot be sent is said at once: within Smithy's handler its timers would hold the process.
    for (const [name, value] of Object.entries(request.headers)) validateHeaderValue(name, value);
    const isTls = request.protocol === 'https:';
    const port = request.port ?? (isTls ? 443 : 80);
    const { hostname, protocol } = request;
    const proxy = proxyFor({ protocol, hostname, port }, this.#options.env);
    const host = request.port === undefined ? hostname : `${hostname}:${request.port}`;
    const exchange = { host, proxy: proxy?.host };
    try {
      const sent = proxy === undefined || isTls ? request : throughProxy(request, host, proxy);
      const answer = await this.#handlerFor(isTls ? proxy : undefined).handle(sent, options);
      noteExchange(answer.response, exchange);
      answer.response.body = withIdleLimit(
        answer.response.body as Readable,
        this.#options.idleTimeout,
      );
      return answer;
    } catch (error) {
      throw told(error, exchange);
    }
  }

  destroy(): void {
    for (const handler of this.#handlers.values()) handler.destroy();
  }

  /** The SDK asks for both; nothing here is changed afterwards. */
  updateHttpClientConfig(): void {}
  httpHandlerConfigs(): object {
    return {};
  }

  #handlerFor(proxy: URL | undefined): NodeHttpHandler {
    const key = proxy?.href ?? '';
    let handler = this.#handlers.get(key);
    if (handler === undefined) {
      handler = this.#makeHandler(proxy);
      this.#handlers.set(key, handler);
    }
    return handler;
  }

  #makeHandler(proxy: URL | undefined): NodeHttpHandler {
    const { certificates: ca, headTimeout } = this.#options;
    const pool = { keepAlive: true, maxSockets: MOST_SOCKETS, ...(ca !== undefined && { ca }) };
    return new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout: headTimeout,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MOST_SOCKETS },
      httpsAgent:
        proxy === undefined
          ? new HttpsAgent(pool)
          : new HttpsProxyAgent({
              ...pool,
              proxy,
              timeout: headTimeout,
              proxyRequestOptions: ca === undefined ? {} : { ca: [ca] },
            }),
    });
  }
}

/** A plain request is sent to the proxy with the whole URL (RFC 9112, 3.2.2); only TLS needs a tunnel. */
function throughProxy(request: Request, host: string, proxy: URL): Request {
  const { username, password } = proxy;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
  return Object.assign(
    Object.create(Object.getPrototypeOf(request) as object) as Request,
    request,
    {
      protocol: proxy.protocol,
      hostname: proxy.hostname,
      port: proxy.port === '' ? undefined : Number(proxy.port),
      path: `http://${host}${request.path}`,
      headers: { ...request.headers, ...(login !== ':' && authorization) },
    },
  );
}

/** The error of a request, with whom it was meant for; the refusal of a proxy has its status. */
function told(error: unknown, exchange: Exchange): unknown {
  const refusal = /^Bad response: (\d{3})$/.exec(error instanceof Error ? error.message : '');
  const outcome = refusal === null ? error : new ProxyRefusal(Number(refusal[1]), { cause: error });
  noteExchange(outcome, exchange);
  return outcome;
}

/** A proxy that did not open the way. */
class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number, options: ErrorOptions) {
    super('the proxy did not open a connection', options);
    this.$metadata = { httpStatusCode: status };
  }
}
