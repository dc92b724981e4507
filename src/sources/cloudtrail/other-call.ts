import { depthAt, isWholeObject } from '../../text/json/brackets.js';
import type { JsonText } from '../../text/json/json-texts.js';

/** A name of a role call of STS, also of `AssumeRoot`. */
const NEEDLE = Buffer.from('AssumeRo');
/** Names and keys may be spelt with escapes. */
const ESCAPE = Buffer.from('\\u00');
/** The end of the key `eventSource`, the only one of a record that ends so: quotes and small letters are so frequent that a search for them is slow. */
const SOURCE = Buffer.from('Source"');

/** Without its name, a record of STS may be of a role call. */
const NAME = Buffer.from('"eventName"');

/** Services that hand out role credentials under names of their own: each record of theirs is looked at. */
export const OTHERS: ReadonlySet<string> = new Set([
  'rolesanywhere',
  'sso',
  'eks-auth',
  'cognito-identity',
  'iot',
  'signin',
]);

/**
 * Is a text surely a record of CloudTrail's that hands out no role credentials, in a wrapper perhaps; or by itself,
 * where it `mustBeRecord`? Told without parsing it, so that nearly all of a trail costs three searches. False means no
 * more than that it must be looked at.
 */
export function isOtherCall({ bytes, isLine }: JsonText, mustBeRecord = false): boolean {
  const at = bytes.indexOf(SOURCE);
  if (at < 6 || bytes[at - 6] !== 0x22 || bytes[at - 5] !== 0x65) return false; // of "event
  if (bytes[at - 7] === 0x5c) return false;
  // A document with a list says more than its record does.
  const list = isLine ? bytes.indexOf(0x5b) : -1;
  if (list !== -1 && list < at) return false;
  const service = serviceAt(bytes, at + SOURCE.length);
  if (service === undefined || OTHERS.has(service)) return false;
  if (service.startsWith('sts') && mayBeRoleCall(bytes)) return false;
  if (bytes.indexOf(SOURCE, at + SOURCE.length) !== -1) return false;
  if (bytes.indexOf(ESCAPE) !== -1) return false;
  if (mustBeRecord && depthAt(bytes, at) !== 1) return false;
  return isLine ? isWholeObject(bytes) : bytes[0] === 0x7b;
}

/** Of a record of STS: the name of a role call, or none. */
function mayBeRoleCall(bytes: Buffer): boolean {
  return bytes.indexOf(NEEDLE) !== -1 || bytes.indexOf(NAME) === -1;
}

/** `s3`, of `: "s3.amazonaws.com"`; undefined for what is no name of a service of AWS. */
function serviceAt(bytes: Buffer, from: number): string | undefined {
  let at = from;
  while (isSpaceOrColon(bytes[at])) at++;
  if (bytes[at] !== 0x22) return undefined;
  const end = bytes.indexOf(0x22, at + 1);
  if (end === -1 || end - at > 128) return undefined;
  const name = bytes.toString('latin1', at + 1, end);
  const domain = name.endsWith('.amazonaws.com') ? '.amazonaws.com' : '.amazonaws.com.cn';
  return name.endsWith(domain) ? name.slice(0, -domain.length) : undefined;
}

function isSpaceOrColon(byte: number | undefined): boolean {
  return byte === 0x3a || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
