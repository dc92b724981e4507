import { identityReader } from '../../model/role-call/source-identity.js';
import { ANOMALIES, FINDING_CATEGORIES } from '../../model/verdict/verdict.js';
import type { Definitions } from './definition.js';

/** How calls are judged, and what of it makes the run fail. */
export const JUDGEMENT = {
  policy: {
    kind: 'text',
    value: 'FILE',
    names: 'file',
    describe: 'Access policy of Sentinel (YAML). The profiles that it names are known',
  },
  'explain-policy': {
    kind: 'flag',
    describe:
      'Show which profiles the policy requires, and stop. For each profile: the rule or the reason. Nothing but the policy is read',
  },
  allow: {
    kind: 'text',
    value: 'FILE',
    names: 'file',
    describe: 'Allow list of known and permitted calls (YAML). See docs/concepts.md',
  },
  'fail-on': {
    kind: 'text',
    value: 'LIST',
    parts: [...FINDING_CATEGORIES, ...ANOMALIES, 'none'],
    describe:
      'What makes exit code 1, separated by commas. Default: no_source_identity, non_sentinel_format and orphaned',
  },
  'include-service-calls': {
    kind: 'flag',
    describe:
      'Include calls made by AWS services. They are left out by default, because no broker can stand in front of them',
  },
  'include-failed-calls': {
    kind: 'flag',
    describe:
      'Include failed calls. They are left out by default, because they issued no credentials',
  },
  'identity-pattern': {
    kind: 'text',
    value: 'REGEX',
    read: identityReader,
    describe:
      'Form of the source identities of Sentinel. It must match the whole identity, and may have groups named user, session and request. Default: sentinel-<session>, sentinel:<user>:<approval>:<request> or sentinel:<user>:<request>',
  },
  broker: {
    kind: 'list',
    value: 'ARN…',
    describe:
      'Callers that hand out credentials for Sentinel. ARNs, exact or with *. A tracked call of another caller is an anomaly',
  },
  'profile-map': {
    kind: 'text',
    value: 'FILE',
    names: 'file',
    describe:
      'Profiles by role (YAML). One line for each role: its ARN or its name, a colon, the profile',
  },
  'aws-config': {
    kind: 'text',
    value: 'FILE',
    names: 'file',
    describe:
      'AWS config file with the roles of profiles. Default: $AWS_CONFIG_FILE, else ~/.aws/config; the credentials file counts too',
  },
  'lookup-concurrency': {
    kind: 'number',
    value: 'N',
    describe: 'Number of concurrent requests for sessions. Default: 8',
  },
} as const satisfies Definitions;
