const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const GROUPS = /^[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*$/i;

/** Is this an IPv4 address, or an IPv6 address without zone and without an IPv4 address in it? */
export function isIpAddress(text: string): boolean {
  if (IPV4.test(text)) return true;
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const groups = groupsIn(head) + (tail === undefined ? 0 : groupsIn(tail));
  return tail === undefined ? groups === 8 : groups < 8;
}

/** NaN for what is not hexadecimal groups. */
function groupsIn(text: string): number {
  if (text === '') return 0;
  return GROUPS.test(text) ? text.split(':').length : NaN;
}
