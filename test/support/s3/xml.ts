/** An element with a text. */
export function text(name: string, value: string | number | boolean): string {
  return element(name, escape(String(value)));
}

/** An element with what is XML already. */
export function element(name: string, ...content: readonly string[]): string {
  return `<${name}>${content.join('')}</${name}>`;
}

/** A whole document. */
export function document(name: string, ...content: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, ...content)}`;
}

/** What is between the tags of each element of this name, entities and inner elements as they are. */
export function contentsOf(xml: string, name: string): readonly string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 'gs');
  return [...xml.matchAll(pattern)].map(([, content]) => content!);
}

/** The text of the first element of this name. */
export function textOf(xml: string, name: string): string | undefined {
  const [content] = contentsOf(xml, name);
  return content === undefined ? undefined : unescape(content);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escape(value: string): string {
  return value.replaceAll(
    /[&<>"'\p{Cc}\uFFFE\uFFFF]/gu,
    (char) => ENTITIES[char] ?? `&#x${char.codePointAt(0)!.toString(16)};`,
  );
}

const CHARACTERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescape(value: string): string {
  return value.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return CHARACTERS[name] ?? entity;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
