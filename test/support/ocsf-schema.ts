import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  COMPLIANCE_STATUSES,
  EVENT_STATUSES,
  FINDING_STATUSES,
  SEVERITIES,
} from '../../src/model/ocsf/enums.js';
import { AT_LEAST_ONE, CLASSES, OBJECTS } from '../../src/model/ocsf/schema.js';

interface Attribute {
  /** A primitive type, or the name of an object. */
  readonly type: string;
  readonly requirement: string;
  readonly is_array: boolean;
  readonly profile?: string;
  readonly enum?: Readonly<Record<string, unknown>>;
}

interface Shape {
  readonly uid?: number;
  readonly name?: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly constraints?: { readonly at_least_one?: readonly string[] } | null;
}

interface PrimitiveType {
  readonly regex?: string;
  readonly max_len?: number;
}

/** Classes, objects and types, as the published schema has them. */
export interface OcsfSchema {
  readonly classes: Readonly<Record<string, Shape>>;
  readonly objects: Readonly<Record<string, Shape>>;
  readonly types: Readonly<Record<string, PrimitiveType>>;
}

/** The schema as it was published, which lies beside the project where it lies at all. */
const PUBLISHED = fileURLToPath(
  new URL('../../../shared/data/ocsf-1.3.0/schema.json', import.meta.url),
);

/** The published schema; undefined, and a line that says so, where it is not there. */
export function publishedSchema(): OcsfSchema | undefined {
  if (existsSync(PUBLISHED)) return JSON.parse(readFileSync(PUBLISHED, 'utf8')) as OcsfSchema;
  console.info('The published schema of OCSF is skipped: ../shared/data has none');
  return undefined;
}

const MAX_TEXT = { max_len: 65_535 };

/** The schema that the project keeps of what it writes. */
export function ownSchema(): OcsfSchema {
  const uids: Readonly<Record<keyof typeof CLASSES, number>> = {
    authentication: 3002,
    api_activity: 6003,
    detection_finding: 2004,
    compliance_finding: 2003,
  };
  const classes = Object.entries(CLASSES).map(([name, attributes]) => {
    const uid = uids[name as keyof typeof CLASSES];
    return [name, { uid, ...shapeOf(name, attributes) }] as const;
  });
  const objects = Object.entries(OBJECTS).map(
    ([name, attributes]) => [name, shapeOf(name, attributes)] as const,
  );
  const types = { string_t: MAX_TEXT, username_t: {}, ip_t: { max_len: 40 } };
  return {
    classes: Object.fromEntries(classes),
    objects: { ...Object.fromEntries(objects), object: { name: 'object', attributes: {} } },
    types: { ...types, integer_t: {}, long_t: {}, timestamp_t: {} },
  };
}

function shapeOf(name: string, attributes: Readonly<Record<string, string>>): Shape {
  const entries = Object.entries(attributes).map(([attribute, text]) => {
    const [, type = '', list, required] = /^(\w+)(\[\])?(!)?$/.exec(text) ?? [];
    const known = enumOf(name, attribute);
    const requirement = required === undefined ? 'optional' : 'required';
    const rest = known === undefined ? {} : { enum: known };
    return [attribute, { type, requirement, is_array: list !== undefined, ...rest }] as const;
  });
  const least = (AT_LEAST_ONE as Readonly<Record<string, readonly string[]>>)[name];
  return {
    name,
    attributes: Object.fromEntries(entries),
    constraints: least === undefined ? null : { at_least_one: least },
  };
}

function enumOf(name: string, attribute: string): Readonly<Record<string, unknown>> | undefined {
  if (attribute === 'severity_id') return SEVERITIES;
  if (attribute !== 'status_id') return undefined;
  if (name === 'compliance') return COMPLIANCE_STATUSES;
  return name.endsWith('_finding') ? FINDING_STATUSES : EVENT_STATUSES;
}

type Json = Readonly<Record<string, unknown>>;

/** What is wrong with a document, each with its place; empty for a valid one. */
export function problemsOf(document: Json, schema: OcsfSchema): readonly string[] {
  const shape = Object.values(schema.classes).find(({ uid }) => uid === document['class_uid']);
  if (shape === undefined) return [`class_uid: ${String(document['class_uid'])} is no class`];
  const { type_uid, class_uid, activity_id, metadata } = document;
  const isSum = type_uid === Number(class_uid) * 100 + Number(activity_id);
  const { profiles = [] } = metadata as { profiles?: readonly string[] };
  return [
    ...(isSum ? [] : ['type_uid: is not that of class and activity']),
    ...objectProblems(document, shape, '', schema, new Set(profiles)),
  ];
}

function objectProblems(
  value: unknown,
  { attributes, constraints }: Shape,
  at: string,
  schema: OcsfSchema,
  profiles: ReadonlySet<string>,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${at}: is no object`];
  }
  const object = value as Json;
  const isOf = ({ profile }: Attribute): boolean => profile === undefined || profiles.has(profile);
  const missing = Object.entries(attributes)
    .filter(([, attribute]) => attribute.requirement === 'required' && isOf(attribute))
    .filter(([name]) => object[name] === undefined)
    .map(([name]) => `${at}.${name}: is required`);
  const least = constraints?.at_least_one ?? [];
  const isPoor = least.length > 0 && !least.some((name) => object[name] !== undefined);
  const wrong = Object.entries(object).flatMap(([name, member]) => {
    const attribute = attributes[name];
    const place = `${at}.${name}`;
    if (attribute === undefined) return [`${place}: is unknown`];
    if (!isOf(attribute)) return [`${place}: is of the profile ${attribute.profile}`];
    if (attribute.type === 'object') return typeof member === 'object' ? [] : [`${place}: type`];
    if (!attribute.is_array) return valueProblems(member, attribute, place, schema, profiles);
    if (!Array.isArray(member)) return [`${place}: is no list`];
    return member.flatMap((one, index) =>
      valueProblems(one, attribute, `${place}[${index}]`, schema, profiles),
    );
  });
  return [...missing, ...(isPoor ? [`${at}: needs one of ${least.join(', ')}`] : []), ...wrong];
}

function valueProblems(
  value: unknown,
  attribute: Attribute,
  at: string,
  schema: OcsfSchema,
  profiles: ReadonlySet<string>,
): string[] {
  const object = schema.objects[attribute.type];
  if (object !== undefined) return objectProblems(value, object, at, schema, profiles);
  const type = schema.types[attribute.type];
  if (type === undefined) return [`${at}: has the unknown type ${attribute.type}`];
  if (attribute.enum !== undefined && !Object.hasOwn(attribute.enum, String(value))) {
    return [`${at}: ${JSON.stringify(value)} is not one of ${Object.keys(attribute.enum).join()}`];
  }
  if (['integer_t', 'long_t', 'timestamp_t', 'port_t'].includes(attribute.type)) {
    return Number.isSafeInteger(value) ? [] : [`${at}: ${JSON.stringify(value)} is no integer`];
  }
  if (attribute.type === 'boolean_t') return typeof value === 'boolean' ? [] : [`${at}: type`];
  if (typeof value !== 'string') return [`${at}: ${JSON.stringify(value)} is no text`];
  const { regex, max_len: most = Infinity } = { ...schema.types['string_t'], ...type };
  if (value.length > most) return [`${at}: is too long`];
  return regex === undefined || new RegExp(regex).test(value)
    ? []
    : [`${at}: ${JSON.stringify(value)} does not have the form of ${attribute.type}`];
}
