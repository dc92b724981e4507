import { gunzipSync, gzipSync } from 'node:zlib';

/** Numbers from 0 to below 1. */
type Random = () => number;
type Mutation = (bytes: Buffer, random: Random) => Buffer;

/** One of the ways in which content is spoilt, or a few; what is packed is spoilt inside as often as outside. */
export function mutated(content: Buffer, random: Random): Buffer {
  const inside = isGzip(content) && random() < 0.5 ? unpacked(content) : undefined;
  if (inside !== undefined) return gzipSync(mutated(inside, random));
  let bytes = content;
  do bytes = oneOf(MUTATIONS, random)(bytes, random);
  while (random() < 0.3);
  return bytes;
}

/** Undefined where it is spoilt already. */
function unpacked(content: Buffer): Buffer | undefined {
  try {
    return gunzipSync(content);
  } catch {
    return undefined;
  }
}

/** Bytes that mean something to one of the readers, or nothing to any. */
const INSERTS = [
  ...`" "" ' \\ , : { } [ ] {} [] null *a &a !!js % \\ud800 \\u0000 __proto__`.split(' '),
  ...'\0 \u001b[2J \ufeff \u2028 \u202e \u009b'.split(' '),
].map((text) => Buffer.from(text));
for (const text of ['\r', '\n', '\n\n', '\t', ' ', '- ', '%YAML 1.1\n---\n', '\n---\n', 'PAR1']) {
  INSERTS.push(Buffer.from(text));
}
for (const hex of ['ff', 'c0af', 'eda080', 'fffe', '1f8b0800'])
  INSERTS.push(Buffer.from(hex, 'hex'));
INSERTS.push(Buffer.alloc(400, '0'), Buffer.alloc(70_000, 'x'));

/** JSON in place of other JSON. */
const VALUES = [
  ...'null true 0 -1 -0 1e999 1e308 9007199254740993 1.5 "" [] {} [null] [{}] "{" "../x"'.split(
    ' ',
  ),
  ...'"__proto__" "constructor" {"S":null} {"N":"x"} {"NULL":true} "9999-12-31T23:59:60Z"'.split(
    ' ',
  ),
  ...String.raw`"\ud800" "\u0000\u001b[2J" {"toString":1,"valueOf":null} {"__proto__":{"id":1}}`.split(
    ' ',
  ),
];
VALUES.push('1'.repeat(400), `"${'x'.repeat(70_000)}"`, `${'['.repeat(9000)}${']'.repeat(9000)}`);

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    for (let times = placeIn(8, random); times >= 0 && bytes.length > 0; times--) {
      flipped[placeIn(bytes.length, random)]! ^= 1 << placeIn(8, random);
    }
    return flipped;
  },
  (bytes, random) => bytes.subarray(0, placeIn(bytes.length, random)),
  (bytes, random) => {
    const [start, end] = sliceIn(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  (bytes, random) => {
    const [start, end] = sliceIn(bytes, random);
    return inserted(bytes, bytes.subarray(start, end), random);
  },
  (bytes, random) => inserted(bytes, oneOf(INSERTS, random), random),
  inJson((_, random) => oneOf(VALUES, random)),
  inJson(insideText),
  inJson((value) => `${value},${value}`),
  inKey(
    (member, random) =>
      `${member},${member.slice(0, member.indexOf(':'))}:${oneOf(VALUES, random)}`,
  ),
  inKey((member, random) => `${oneOf(VALUES, random)}${member.slice(member.indexOf(':'))}`),
];

const VALUE = /"(?:[^"\\]|\\.){0,9999}"|-?\d[\d.eE+-]*|true|false|null|[{[]/g;
const KEY = /"(?:[^"\\]|\\.){0,99}"\s*:\s*/g;

/** Changes one value of JSON text: a text, a number, or a whole object or list. */
function inJson(change: (value: string, random: Random) => string): Mutation {
  return (bytes, random) => {
    const text = bytes.toString('latin1');
    const starts = [...text.matchAll(VALUE)].map(({ index }) => index);
    const start = starts[placeIn(starts.length, random)] ?? 0;
    const end = endOfValue(text, start);
    const value = change(text.slice(start, end), random);
    return Buffer.from(`${text.slice(0, start)}${value}${text.slice(end)}`, 'latin1');
  };
}

/** Changes a member of an object: a key and its value. */
function inKey(change: (member: string, random: Random) => string): Mutation {
  return (bytes, random) => {
    const text = bytes.toString('latin1');
    const keys = [...text.matchAll(KEY)];
    if (keys.length === 0) return bytes;
    const { index: start, 0: key } = oneOf(keys, random);
    const end = endOfValue(text, start + key.length);
    const member = change(text.slice(start, end), random);
    return Buffer.from(`${text.slice(0, start)}${member}${text.slice(end)}`, 'latin1');
  };
}

/** Spoils what a text holds: JSON, or base64 of anything. */
function insideText(value: string, random: Random): string {
  if (!/^"(?:\\"|[{[]|[\w+/=]{16,}"$)/.test(value)) return oneOf(VALUES, random);
  const text = value.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
  if (/^[{["]/.test(text)) return JSON.stringify(mutated(Buffer.from(text), random).toString());
  return JSON.stringify(mutated(Buffer.from(text, 'base64'), random).toString('base64'));
}

function endOfValue(text: string, start: number): number {
  if (text[start] !== '{' && text[start] !== '[') {
    return (
      start + (/^(?:"(?:[^"\\]|\\.){0,9999}"|[\w.+-]+)/.exec(text.slice(start))?.[0].length ?? 0)
    );
  }
  let depth = 0;
  for (const { 0: token, index } of text
    .slice(start)
    .matchAll(/"(?:[^"\\]|\\.){0,9999}"|[{}[\]]/g)) {
    if (/^[{[]/.test(token)) depth++;
    else if (!token.startsWith('"') && --depth === 0) return start + index + 1;
  }
  return text.length;
}

function inserted(bytes: Buffer, piece: Buffer, random: Random): Buffer {
  const at = placeIn(bytes.length + 1, random);
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function sliceIn(bytes: Buffer, random: Random): [number, number] {
  const start = placeIn(bytes.length, random);
  const longest = random() < 0.5 ? 16 : bytes.length;
  return [start, start + 1 + placeIn(longest, random)];
}

function placeIn(length: number, random: Random): number {
  return Math.floor(random() * length);
}

function oneOf<T>(list: readonly T[], random: Random): T {
  return list[placeIn(list.length, random)]!;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
