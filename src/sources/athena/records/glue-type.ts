/** A type of the Glue Data Catalog: its name, and the fields of a struct or of a list of structs. */
export interface GlueType {
  readonly name: string;
  readonly fields: ReadonlyMap<string, GlueType>;
}

/**
 * Reads `struct<type:string,sessioncontext:struct<…>>`, `array<struct<…>>`, `string`. Names are in lower
 * case, as Athena has them; what it does not know has no fields.
 */
export function parseGlueType(text: string): GlueType {
  const [, name = '', inner] = /^\s*([\w ]+?)\s*(?:<(.*)>)?\s*$/s.exec(text.toLowerCase()) ?? [];
  if (name === 'array' && inner !== undefined) return { name, fields: parseGlueType(inner).fields };
  if (name !== 'struct' || inner === undefined) return { name, fields: new Map() };
  const fields = partsOf(inner).map((part): [string, GlueType] => {
    const colon = part.indexOf(':');
    return [part.slice(0, colon).trim(), parseGlueType(part.slice(colon + 1))];
  });
  return { name, fields: new Map(fields) };
}

/** What commas separate, outside all brackets. */
function partsOf(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '<' || character === '(') depth++;
    if (character === '>' || character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
