const KEYS =
  'eventVersion userIdentity principalId accountId invokedBy accessKeyId userName onBehalfOf userId ' +
  'identityStoreArn sessionContext mfaAuthenticated creationDate sessionIssuer ec2RoleDelivery ' +
  'webIdFederationData federatedProvider sourceIdentity eventTime eventSource eventName awsRegion ' +
  'sourceIPAddress userAgent errorCode errorMessage requestParameters responseElements ' +
  'additionalEventData requestID eventID readOnly eventType apiVersion managementEvent ' +
  'recipientAccountId serviceEventDetails sharedEventID vpcEndpointId vpcEndpointAccountId ' +
  'eventCategory updatedFields originalRequestID originalEventID sessionCredentialFromConsole ' +
  'edgeDeviceDetails tlsDetails tlsVersion cipherSuite clientProvidedHostHeader';
const CASED = new Map(KEYS.split(' ').map((key) => [key.toLowerCase(), key]));

/** A Glue type in DuckDB's words. */
export function duckTypeOf(glue: string): string {
  return translate(glue, (name) => name);
}

/** The type of a record with the spelling of CloudTrail's JSON: DuckDB minds the case of its keys. */
export function recordTypeOf(columns: Readonly<Record<string, string>>): string {
  const fields = Object.entries(columns).map(([name, type]) => {
    const cased = (key: string): string =>
      name === 'resources' && key === 'arn' ? 'ARN' : (CASED.get(key) ?? key);
    return `"${cased(name)}" ${translate(type, cased)}`;
  });
  return `STRUCT(${fields.join(', ')})`;
}

function translate(glue: string, spell: (name: string) => string): string {
  const [, outer = glue.trim(), inner = ''] = /^\s*(\w+)\s*<(.*)>\s*$/s.exec(glue) ?? [];
  const parts = partsOf(inner);
  const field = (part: string): string => {
    const [name = ''] = part.split(':', 1);
    return `"${spell(name.trim())}" ${translate(part.slice(name.length + 1), spell)}`;
  };
  if (outer === 'struct') return `STRUCT(${parts.map(field).join(', ')})`;
  if (outer === 'array') return `${translate(inner, spell)}[]`;
  if (outer === 'map') return `MAP(${parts.map((part) => translate(part, spell)).join(', ')})`;
  return outer === 'string' ? 'VARCHAR' : outer.toUpperCase();
}

/** Splits at the commas that are in no inner brackets. */
export function partsOf(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '<') depth++;
    if (character === '>') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${character}`);
  }
  return parts;
}
