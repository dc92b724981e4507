import type { ErrorFacts } from '../errors.js';
import { type Exchange, exchangeOf } from './http/exchange.js';

/** What the SDK leaves on an error. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly attempts?: number; readonly httpStatusCode?: number };
  readonly $response?: {
    readonly statusCode?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** Media types in which AWS answers; what has none is taken for an answer of AWS. */
const OF_AWS =
  /^(?:application|text)\/(?:[\w.-]*json|[\w.+-]*xml|octet-stream|x-amz-[\w.-]+)\b|^$/i;

/**
 * The facts of an error of the SDK, and its text: what AWS said, or, where something else answered (a proxy, a
 * portal, a load balancer), the status, the host and the kind of that answer.
 */
export function factsOf(error: unknown): ErrorFacts & { readonly text: string } {
  if (!(error instanceof Error)) return { code: 'Error', text: `Error: ${String(error)}` };
  const { $metadata: metadata, $response: response } = error as SdkError;
  const exchange = exchangeOf(response) ?? exchangeOf(error);
  const status = response?.statusCode ?? metadata?.httpStatusCode;
  const contentType = response?.headers?.['content-type'];
  const location = response?.headers?.['location'];
  const facts = {
    code: codeOf(error),
    attempts: metadata?.attempts ?? 1,
    status,
    host: exchange?.host,
    proxy: exchange?.proxy,
    contentType,
    location,
  };
  const isForeign =
    error.name === 'SyntaxError' ||
    !OF_AWS.test(contentType ?? '') ||
    (status !== undefined && status >= 300 && status < 400) ||
    /^Unknown(?:Error)?$/.test(facts.code);
  if (error.name === 'ProxyRefusal' || (isForeign && status !== undefined)) {
    const code = error.name === 'ProxyRefusal' ? error.name : 'NotOfAws';
    return { ...facts, code, text: foreignText(facts, exchange, error) };
  }
  const message = messageOf(error);
  return { ...facts, text: `${facts.code}: ${message}${wayOf(facts.code, message, exchange)}` };
}

/** `HTTP 403 from 127.0.0.1:9461 (text/html): not an answer of AWS`. */
function foreignText(facts: ErrorFacts, exchange: Exchange | undefined, error: Error): string {
  const { status, contentType, location } = facts;
  const from = exchange === undefined ? '' : ` from ${exchange.host}`;
  const proxy = exchange?.proxy === undefined ? '' : ` by way of the proxy ${exchange.proxy}`;
  if (error.name === 'ProxyRefusal') {
    return `HTTP ${status} of the proxy ${exchange?.proxy}: it opens no connection to ${exchange?.host}`;
  }
  const to = location === undefined ? '' : `, which leads to ${location}`;
  const kind = contentType?.split(';', 1)[0] || 'no content type';
  const what =
    status !== undefined && status < 300 ? 'not an answer of this service' : 'not an answer of AWS';
  return `HTTP ${status}${from}${proxy}${to} (${kind}): ${what}`;
}

/** Errors of the network and of its certificates say with whom, where their message does not. */
function wayOf(code: string, message: string, exchange: Exchange | undefined): string {
  const isOfNetwork = /^(?:E[A-Z_]+$|TimeoutError$)|CERT|SIGNED/.test(code);
  if (exchange === undefined || !isOfNetwork) return '';
  const { host, proxy } = exchange;
  const way = proxy === undefined ? '' : ` by way of the proxy ${proxy}`;
  return message.includes(host) && way === '' ? '' : ` (${host}${way})`;
}

function codeOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  const isPlain = error.name === 'Error' || error.name === 'AggregateError';
  return (isPlain || error.name === 'TypeError' ? code : '') || error.name;
}

/** The first line: the SDK adds others for programmers. */
function messageOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  const [line = ''] = error.message.split('\n', 1);
  return line.replace(/^@smithy\/node-http-handler - (?:\[ERROR\] )?/, '') || code || 'no message';
}
