import { type Instant } from '../time/instant.js';
import { SEVERITIES, type SeverityId } from './enums.js';
import type { ClassName, OcsfEvent, OcsfObject } from './schema.js';

/** A document of any of the classes. */
export type OcsfDocument = { readonly [N in ClassName]: OcsfEvent<N> }[ClassName];

/** What documents are made with besides their rows. */
export interface OcsfContext {
  /** The version of this program; undefined where it is not known. */
  readonly version: string | undefined;
  /** A text that is the same for the same text only, and safe as an identifier: a hash. */
  readonly hash: (text: string) => string;
}

/** Makes a document of a row. Pure: the same row gives the same document. */
export type ToOcsf<T> = (row: T, context: OcsfContext) => OcsfDocument;

/** How rows become documents, and of which classes those are. */
export interface OcsfMapping<T> {
  readonly classes: readonly ClassName[];
  readonly toOcsf: ToOcsf<T>;
}

/** The version of the schema that documents are valid against. */
export const OCSF_VERSION = '1.3.0';

const CLASS_FACTS = {
  authentication: [3, 'Identity & Access Management', 3002, 'Authentication'],
  api_activity: [6, 'Application Activity', 6003, 'API Activity'],
  detection_finding: [2, 'Findings', 2004, 'Detection Finding'],
  compliance_finding: [2, 'Findings', 2003, 'Compliance Finding'],
} as const satisfies Readonly<Record<ClassName, readonly unknown[]>>;

/** `type_uid` of an activity of a class. */
export function typeUidOf(name: ClassName, activityId: number): number {
  return CLASS_FACTS[name][2] * 100 + activityId;
}

type Base = Pick<
  OcsfEvent<ClassName>,
  | 'activity_id'
  | 'activity_name'
  | 'category_uid'
  | 'category_name'
  | 'class_uid'
  | 'class_name'
  | 'type_uid'
  | 'type_name'
  | 'severity_id'
  | 'severity'
  | 'time'
>;

/** What every document begins with: what it is, how bad, and when. */
export function baseOf(
  name: ClassName,
  activity: { readonly id: number; readonly name: string },
  severity: SeverityId,
  at: Instant,
): Base {
  const [category_uid, category_name, class_uid, class_name] = CLASS_FACTS[name];
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid,
    category_name,
    class_uid,
    class_name,
    type_uid: typeUidOf(name, activity.id),
    type_name: `${class_name}: ${activity.id === 99 ? 'Other' : activity.name}`,
    severity_id: severity,
    severity: SEVERITIES[severity],
    time: toMillis(at),
  };
}

/** Who wrote the document. `profiles` are those whose attributes it has. */
export function metadataOf(
  { version }: OcsfContext,
  profiles: readonly string[],
): OcsfObject<'metadata'> {
  const product = { name: 'sentinel-audit', vendor_name: 'Sentinel', version };
  return { product, version: OCSF_VERSION, profiles };
}

/** Milliseconds since 1970, cut. */
export function toMillis({ seconds, nanos }: Instant): number {
  return seconds * 1000 + Math.floor(nanos / 1_000_000);
}
