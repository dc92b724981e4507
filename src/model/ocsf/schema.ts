/**
 * The attributes of OCSF 1.3.0 that are written, of each object: `!` is required, `[]` a list
 * (schema.ocsf.io/1.3.0). What an attribute is not named here for is not written, or stands in `unmapped`.
 */
export const OBJECTS = {
  account: { uid: 'string_t', type: 'string_t', type_id: 'integer_t' },
  actor: { user: 'user', session: 'session', idp: 'idp', invoked_by: 'string_t' },
  analytic: { name: 'string_t', uid: 'string_t', type: 'string_t', type_id: 'integer_t!' },
  api: { operation: 'string_t!', service: 'service', response: 'response' },
  cloud: { provider: 'string_t!', region: 'string_t', account: 'account' },
  compliance: {
    standards: 'string_t[]!',
    requirements: 'string_t[]',
    control: 'string_t',
    status: 'string_t',
    status_id: 'integer_t',
    status_detail: 'string_t',
  },
  evidences: { actor: 'actor', api: 'api', src_endpoint: 'network_endpoint', user: 'user' },
  finding_info: {
    uid: 'string_t!',
    title: 'string_t!',
    desc: 'string_t',
    types: 'string_t[]',
    analytic: 'analytic',
    data_sources: 'string_t[]',
    first_seen_time: 'timestamp_t',
    last_seen_time: 'timestamp_t',
    related_events: 'related_event[]',
  },
  http_request: { user_agent: 'string_t' },
  idp: { name: 'string_t' },
  metadata: {
    product: 'product!',
    version: 'string_t!',
    profiles: 'string_t[]',
    uid: 'string_t',
    event_code: 'string_t',
    correlation_uid: 'string_t',
    log_provider: 'string_t',
    original_time: 'string_t',
  },
  network_endpoint: { name: 'string_t', ip: 'ip_t', domain: 'string_t' },
  product: { name: 'string_t', vendor_name: 'string_t!', version: 'string_t' },
  related_event: { uid: 'string_t!', type: 'string_t', type_uid: 'long_t' },
  resource_details: {
    uid: 'string_t',
    name: 'string_t',
    type: 'string_t',
    cloud_partition: 'string_t',
  },
  response: { error: 'string_t' },
  service: { name: 'string_t' },
  session: { issuer: 'string_t' },
  user: {
    uid: 'string_t',
    uid_alt: 'string_t',
    name: 'username_t',
    type: 'string_t',
    type_id: 'integer_t',
    account: 'account',
  },
} as const;

/** What every class has. */
const BASE = {
  activity_id: 'integer_t!',
  activity_name: 'string_t',
  category_uid: 'integer_t!',
  category_name: 'string_t',
  class_uid: 'integer_t!',
  class_name: 'string_t',
  type_uid: 'long_t!',
  type_name: 'string_t',
  severity_id: 'integer_t!',
  severity: 'string_t',
  status_id: 'integer_t',
  status: 'string_t',
  status_detail: 'string_t',
  message: 'string_t',
  time: 'timestamp_t!',
  metadata: 'metadata!',
  cloud: 'cloud!',
  unmapped: 'object',
} as const;

/** The same of each class; `cloud` is required by the profile of that name, which all documents have. */
export const CLASSES = {
  authentication: {
    ...BASE,
    status_code: 'string_t',
    user: 'user!',
    service: 'service',
    actor: 'actor',
    api: 'api',
    src_endpoint: 'network_endpoint',
    http_request: 'http_request',
    auth_protocol: 'string_t',
    auth_protocol_id: 'integer_t',
  },
  api_activity: {
    ...BASE,
    status_code: 'string_t',
    actor: 'actor!',
    api: 'api!',
    src_endpoint: 'network_endpoint!',
    http_request: 'http_request',
  },
  detection_finding: {
    ...BASE,
    finding_info: 'finding_info!',
    actor: 'actor',
    api: 'api',
    resources: 'resource_details[]',
    evidences: 'evidences[]',
  },
  compliance_finding: {
    ...BASE,
    finding_info: 'finding_info!',
    compliance: 'compliance!',
    resources: 'resource_details[]',
    start_time: 'timestamp_t',
    end_time: 'timestamp_t',
  },
} as const;

/** Objects and classes of which one of some attributes must be there. */
export const AT_LEAST_ONE = {
  account: ['uid'],
  actor: ['user', 'session', 'invoked_by'],
  analytic: ['name', 'uid'],
  authentication: ['service'],
  evidences: ['actor', 'api', 'src_endpoint', 'user'],
  idp: ['name'],
  network_endpoint: ['name'],
  product: ['name'],
  resource_details: ['name', 'uid'],
  service: ['name'],
  user: ['name', 'uid'],
} as const;

type Objects = typeof OBJECTS;
type Classes = typeof CLASSES;
export type ClassName = keyof Classes;

interface Primitives {
  readonly string_t: string;
  readonly username_t: string;
  readonly ip_t: string;
  readonly integer_t: number;
  readonly long_t: number;
  /** Milliseconds since 1970. */
  readonly timestamp_t: number;
  readonly object: Readonly<Record<string, unknown>>;
}

type ValueOf<K> = K extends `${infer Inner}!`
  ? ValueOf<Inner>
  : K extends `${infer Inner}[]`
    ? readonly ValueOf<Inner>[]
    : K extends keyof Primitives
      ? Primitives[K]
      : K extends keyof Objects
        ? Ocsf<Objects[K]>
        : never;

type Ocsf<O> = {
  readonly [N in keyof O as O[N] extends `${string}!` ? N : never]: ValueOf<O[N]>;
} & {
  readonly [N in keyof O as O[N] extends `${string}!` ? never : N]?: ValueOf<O[N]> | undefined;
};

/** An object by its name, with the attributes that are written. */
export type OcsfObject<N extends keyof Objects> = Ocsf<Objects[N]>;
/** A document of a class. What is undefined in it is absent. */
export type OcsfEvent<N extends ClassName> = Ocsf<Classes[N]>;
