/**
 * Characters that act on a terminal, reorder what it shows or are not seen at all: C0, DEL and C1
 * controls (CWE-150), zero-width characters, line and paragraph separators, bidi marks, embeddings, overrides and isolates, and a byte order mark.
 */
const ACTING =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * The text with every character that would act on a terminal shown as an escape, on one line: `\n`,
 * `\x1b`, `\u202e`. With `limit`, cut to that many UTF-16 units with `…` at the end.
 */
export function printable(text: string, limit = Infinity): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replace(ACTING, (character) => {
    const code = character.charCodeAt(0);
    return (
      SHORT[character] ??
      (code < 0x100
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`)
    );
  });
}

/** Of what acts on a terminal, what `JSON.stringify` lets through. */
const ACTING_IN_JSON = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** JSON text in which every character that would act on a terminal is a `\u` escape: the same value. */
export function printableJson(json: string): string {
  return json.replace(
    ACTING_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
