import { ConfigurationError } from '../../errors.js';
import type { Environment } from '../environment.js';

/**
 * The proxy that the environment names for a request, or undefined where it goes straight to the host:
 * `HTTPS_PROXY` for https and `HTTP_PROXY` for http, in capitals or not, unless `NO_PROXY` lists the host.
 * The rules are those of curl and of the AWS CLI: an entry of `NO_PROXY` is a host, with or without a port,
 * and stands for what is below it too; `*` is every host.
 *
 * @throws ConfigurationError for what is not the URL of such a proxy; it is not quoted, for it may have a password.
 */
export function proxyFor(
  target: { readonly protocol: string; readonly hostname: string; readonly port: number },
  env: Environment,
): URL | undefined {
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const variable = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const named = read(variable).trim();
  if (named === '' || isExempt(target, read('NO_PROXY'))) return undefined;
  const url = named.includes('://') ? named : `http://${named}`;
  const proxy = URL.canParse(url) ? new URL(url) : undefined;
  if (proxy !== undefined && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new ConfigurationError(`${variable} is not the URL of an HTTP proxy`, {
    hint: 'a proxy is named like http://proxy.example.com:3128',
  });
}

function isExempt(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  list: string,
): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', ofPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const bare = name.replace(/^\*?\./, '');
    if (bare === '' || (ofPort !== undefined && Number(ofPort) !== port)) return false;
    return host === bare || host.endsWith(`.${bare}`);
  });
}
