import { ConfigurationError } from '../../errors.js';
import type { Environment } from '../environment.js';
import type { Profile, Section } from './profile.js';

/** The services that are asked, by the names that the SDK gives them. */
export type Service =
  'Account' | 'Athena' | 'CloudTrail' | 'DynamoDB' | 'S3' | 'STS' | (string & {});

/**
 * The endpoint that the user's surroundings name for a service, in the order of "Service-specific endpoints"
 * (AWS SDKs and Tools Reference Guide): the service's variable, the one for all, the `services` section of the
 * profile, its `endpoint_url`. Undefined is AWS's own.
 *
 * @throws ConfigurationError where the profile names a section that is not there.
 */
export function endpointFor(
  service: Service,
  env: Environment,
  { name, settings, sections }: Pick<Profile, 'name' | 'settings' | 'sections'>,
): string | undefined {
  const key = service.replaceAll(' ', '_');
  const ignored =
    env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] || settings['ignore_configured_endpoint_urls'];
  if (ignored?.toLowerCase() === 'true') return undefined;
  const ofServices = (): Section => {
    if (!settings['services']) return {};
    const found = sections[`services.${settings['services']}`];
    if (found !== undefined) return found;
    throw new ConfigurationError(
      `AWS profile ${name ?? 'default'} names services "${settings['services']}", but there is no section [services ${settings['services']}]`,
    );
  };
  return (
    env[`AWS_ENDPOINT_URL_${key.toUpperCase()}`] ||
    env['AWS_ENDPOINT_URL'] ||
    ofServices()[`${key.toLowerCase()}.endpoint_url`] ||
    settings['endpoint_url'] ||
    undefined
  );
}
