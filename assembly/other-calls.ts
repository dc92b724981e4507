// AssemblyScript, compiled to WebAssembly by the build: passes over the records of a trail that are surely of calls
// that hand out no role credentials. What it decides is what src/text/json/json-rows.ts and other-call.ts of
// src/sources/cloudtrail decide a byte at a time; wherever it is in doubt, it stops, and they go on. Brackets and strings are followed in blocks of 64
// bytes, as masks with a bit a byte (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019).

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const OPEN_BRACKET: u8 = 0x5b;
const BACKSLASH: u8 = 0x5c;
const OPEN_BRACE: u8 = 0x7b;

/** Which keys may be those of a list, a bit each: the number of the bit is 256 times the length and the first byte. */
export const KEY_LOOKS: usize = memory.data(16 * 256 / 8);
/** Names of services, each after its length, and 0 after the last. */
export const SERVICES: usize = memory.data(512);
/** The bytes to look at, and room behind them. */
export const TEXT: usize = memory.data(256 * 1024 + 128, 16);

/** Rows that were passed over. */
export let skipped: u32 = 0;
/** Is there a comma due before the next row, and was there one after the last? */
export let needsComma: bool = false;
export let sawComma: bool = false;
/** Of the row that begins where it stopped, the end; 0 where that is not known. */
export let rowEnd: usize = 0;

// Of the row that is being followed.
let isEscaped: bool = false; // does it have "\u00"?
let sources: u32 = 0; // how often does it have the end of the key "eventSource"?
let source: usize = 0; // and where first
let sourceDepth: i32 = 0; // and within how many brackets

// @ts-ignore: decorator
@inline
function mask(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = i8x16.bitmask(a) | (i8x16.bitmask(b) << 16);
  const high = i8x16.bitmask(c) | (i8x16.bitmask(d) << 16);
  return (<u64>(<u32>low)) | ((<u64>(<u32>high)) << 32);
}

/** Each bit becomes the sum, without carrying, of itself and all below. */
// @ts-ignore: decorator
@inline
function sumsOf(bits: u64): u64 {
  let sums = bits;
  sums ^= sums << 1;
  sums ^= sums << 2;
  sums ^= sums << 4;
  sums ^= sums << 8;
  sums ^= sums << 16;
  sums ^= sums << 32;
  return sums;
}

// @ts-ignore: decorator
@inline
function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

/**
 * Passes over rows between `at` and `end`, from a place between two rows of a list on. Gives back where it stopped:
 * before a row that must be looked at, or does not end before `end`, or before anything but a row. Of the first row of
 * a list, it must also be sure that it is a record itself.
 */
export function skip(from: usize, end: usize, isCommaDue: bool, isFirst: bool): usize {
  skipped = 0;
  needsComma = isCommaDue;
  sawComma = false;
  rowEnd = 0;
  let at = from;
  let mustBeRecord = isFirst;
  while (true) {
    while (at < end && isSpace(load<u8>(at))) at++;
    if (at >= end) return at;
    const byte = load<u8>(at);
    if (byte == COMMA) {
      if (!needsComma) return at;
      needsComma = false;
      sawComma = true;
      at++;
      continue;
    }
    if (byte != OPEN_BRACE || needsComma) return at;
    const close = endOfRow(at, end);
    if (close == 0) return at;
    if (!isOtherCall(at, close) || (mustBeRecord && sourceDepth != 1)) {
      rowEnd = close;
      return at;
    }
    mustBeRecord = false;
    skipped++;
    needsComma = true;
    sawComma = false;
    at = close + 1;
  }
}

/** Where the row that begins at a place ends; 0 where it does not, or may hold a list of rows, or is in doubt. */
function endOfRow(start: usize, end: usize): usize {
  isEscaped = false;
  sources = 0;
  let depth: i32 = 0;
  let inString: u64 = 0; // all bits, or none
  let escapedFirst: u64 = 0; // is the first byte of the next block escaped?
  const quote = i8x16.splat(QUOTE);
  const backslash = i8x16.splat(BACKSLASH);
  const letter = i8x16.splat(0x53);
  const bit = i8x16.splat(0x20); // in which both kinds of a bracket differ
  const open = i8x16.splat(OPEN_BRACE);
  const shut = i8x16.splat(0x7d);
  for (let block = start; block < end; block += 64) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    let quotes = mask(i8x16.eq(a, quote), i8x16.eq(b, quote), i8x16.eq(c, quote), i8x16.eq(d, quote));
    // The S of Source" stands six bytes before a quote, which may be in the next block.
    const letters =
      mask(i8x16.eq(a, letter), i8x16.eq(b, letter), i8x16.eq(c, letter), i8x16.eq(d, letter)) &
      ((quotes >> 6) | 0xfc00000000000000);
    const ea = i8x16.eq(a, backslash);
    const eb = i8x16.eq(b, backslash);
    const ec = i8x16.eq(c, backslash);
    const ed = i8x16.eq(d, backslash);
    let backslashes: u64 = 0;
    if (v128.any_true(v128.or(v128.or(ea, eb), v128.or(ec, ed))) || escapedFirst != 0) {
      backslashes = mask(ea, eb, ec, ed);
      const escaping = backslashes & ~escapedFirst;
      const following = (escaping << 1) | escapedFirst;
      const odd: u64 = 0xaaaaaaaaaaaaaaaa;
      const starts = escaping & odd & ~following;
      const sums = starts + escaping;
      escapedFirst = sums < starts ? 1 : 0;
      quotes &= ~((~odd ^ (sums << 1)) & following);
      for (let left = backslashes; left != 0; left &= left - 1) {
        const place = block + <usize>ctz(left);
        if ((load<u32>(place) & 0xffffff00) == 0x30307500) isEscaped = true; // \u00
      }
    }
    const wasInString = inString;
    inString ^= 0 - (<u64>popcnt(quotes) & 1);
    const la = v128.or(a, bit);
    const lb = v128.or(b, bit);
    const lc = v128.or(c, bit);
    const ld = v128.or(d, bit);
    const oa = i8x16.eq(la, open);
    const ob = i8x16.eq(lb, open);
    const oc = i8x16.eq(lc, open);
    const od = i8x16.eq(ld, open);
    const brackets = mask(
      v128.or(oa, i8x16.eq(la, shut)),
      v128.or(ob, i8x16.eq(lb, shut)),
      v128.or(oc, i8x16.eq(lc, shut)),
      v128.or(od, i8x16.eq(ld, shut)),
    );
    let close: u64 = 0; // the bit of the bracket that ends the row
    const depthBefore = depth;
    let opening: u64 = 0;
    let closing: u64 = 0;
    if ((brackets | backslashes) != 0) {
      const strings = sumsOf(quotes) ^ wasInString;
      opening = mask(oa, ob, oc, od) & ~strings;
      closing = brackets & ~strings & ~opening;
      if (depth <= <i32>popcnt(closing)) {
        let deep = depth;
        let from = opening;
        for (let left = closing; left != 0; left &= left - 1) {
          const at = left & (0 - left);
          const before = from & (at - 1);
          deep += <i32>popcnt(before) - 1;
          from ^= before;
          if (deep == 0) {
            close = at;
            break;
          }
        }
      }
      const inside = close - 1; // all where there is none
      if ((backslashes & ~strings & inside) != 0) return 0;
      for (let left = opening & inside; left != 0; left &= left - 1) {
        const place = block + <usize>ctz(left);
        if (load<u8>(place) != OPEN_BRACKET) continue;
        const below = (left & (0 - left)) - 1;
        const deep = depth + <i32>popcnt(opening & below) - <i32>popcnt(closing & below);
        if (deep <= 2 && mayBeList(place, start)) return 0;
      }
      depth += <i32>popcnt(opening) - <i32>popcnt(closing);
    }
    for (let left = letters & (close - 1); left != 0; left &= left - 1) {
      const place = block + <usize>ctz(left);
      // Source"
      if (load<u32>(place, 1) != 0x6372756f || load<u16>(place, 5) != 0x2265) continue;
      if (sources++ > 0) continue;
      source = place;
      const below = (left & (0 - left)) - 1;
      sourceDepth = depthBefore + <i32>popcnt(opening & below) - <i32>popcnt(closing & below);
    }
    if (close != 0) {
      const place = block + <usize>ctz(close);
      return place < end ? place : 0;
    }
  }
  return 0;
}

/** May the bracket at a place open a list of rows, by the key before it? */
function mayBeList(place: usize, start: usize): bool {
  let at = place - 1;
  while (at > start && isSpace(load<u8>(at))) at--;
  if (load<u8>(at) != COLON) return false;
  at--;
  while (at > start && isSpace(load<u8>(at))) at--;
  if (load<u8>(at) != QUOTE) return false;
  const close = at;
  for (at--; at > start; at--) {
    const byte = load<u8>(at);
    if (byte == BACKSLASH) return true;
    if (byte == QUOTE) break;
  }
  const length = close - at - 1;
  if (length > 15) return length > 250; // no key is so long; a longer one is searched no further
  const look = length * 256 + load<u8>(at + 1);
  return ((load<u8>(KEY_LOOKS + (look >> 3)) >> <u8>(look & 7)) & 1) != 0;
}

/** Is a whole row surely a record of CloudTrail's that hands out no role credentials? */
function isOtherCall(start: usize, close: usize): bool {
  if (isEscaped || sources != 1 || source - start < 6) return false;
  if (load<u8>(source - 6) != QUOTE || load<u8>(source - 5) != 0x65) return false; // "e…
  if (load<u8>(source - 7) == BACKSLASH) return false;
  let at = source + 7;
  while (at < close && (load<u8>(at) == COLON || isSpace(load<u8>(at)))) at++;
  if (load<u8>(at) != QUOTE) return false;
  const name = at + 1;
  const end = nextQuote(name, close);
  if (end >= close || end - at > 128) return false;
  const length = serviceLength(name, end);
  if (length == 0 || isListed(name, length)) return false;
  const isSts = length >= 3 && load<u16>(name) == 0x7473 && load<u8>(name, 2) == 0x73;
  return !isSts || (!has(start, close, ROLE_CALL, 8, 0) && has(start, close, EVENT_NAME, 11, 6));
}

const ROLE_CALL: usize = memory.data<u8>([0x41, 0x73, 0x73, 0x75, 0x6d, 0x65, 0x52, 0x6f]); // AssumeRo
const EVENT_NAME: usize = memory.data<u8>([
  0x22, 0x65, 0x76, 0x65, 0x6e, 0x74, 0x4e, 0x61, 0x6d, 0x65, 0x22,
]); // "eventName"
const DOMAIN: usize = memory.data<u8>([
  0x2e, 0x61, 0x6d, 0x61, 0x7a, 0x6f, 0x6e, 0x61, 0x77, 0x73, 0x2e, 0x63, 0x6f, 0x6d, 0x2e, 0x63, 0x6e,
]); // .amazonaws.com.cn

/** The first quote from a place on, or some place behind the end. */
function nextQuote(from: usize, end: usize): usize {
  const quote = i8x16.splat(QUOTE);
  for (let at = from; at < end; at += 16) {
    const quotes = i8x16.bitmask(i8x16.eq(v128.load(at), quote));
    if (quotes != 0) return at + <usize>ctz(quotes);
  }
  return end;
}

/** Of `s3.amazonaws.com`, the length of `s3`; 0 for what is no name of a service. */
function serviceLength(name: usize, end: usize): usize {
  const length = end - name;
  if (length > 14 && isSame(end - 14, DOMAIN, 14)) return length - 14;
  if (length > 17 && isSame(end - 17, DOMAIN, 17)) return length - 17;
  return 0;
}

/** Are two texts of 8 to 24 bytes the same? */
function isSame(one: usize, other: usize, length: usize): bool {
  for (let at: usize = 0; at < length - 8; at += 8) {
    if (load<u64>(one + at) != load<u64>(other + at)) return false;
  }
  return load<u64>(one + length - 8) == load<u64>(other + length - 8);
}

function isListed(name: usize, length: usize): bool {
  const first = load<u8>(name);
  for (let at = SERVICES; load<u8>(at) != 0; at += load<u8>(at) + 1) {
    if (load<u8>(at) != length || load<u8>(at, 1) != first) continue;
    if (memory.compare(name, at + 1, length) == 0) return true;
  }
  return false;
}

/** Is a text among the bytes of a row? Looked for by two of its bytes, the one at `rare` and the last. */
function has(start: usize, close: usize, text: usize, length: usize, rare: usize): bool {
  const one = i8x16.splat(load<u8>(text + rare));
  const last = i8x16.splat(load<u8>(text + length - 1));
  for (let at = start; at <= close; at += 32) {
    const rares = at + rare;
    const lasts = at + length - 1;
    const low = v128.and(i8x16.eq(v128.load(rares), one), i8x16.eq(v128.load(lasts), last));
    const high = v128.and(i8x16.eq(v128.load(rares, 16), one), i8x16.eq(v128.load(lasts, 16), last));
    if (!v128.any_true(v128.or(low, high))) continue;
    for (let left = i8x16.bitmask(low) | (i8x16.bitmask(high) << 16); left != 0; left &= left - 1) {
      const place = at + <usize>ctz(left);
      if (place + length <= close + 1 && isSame(place, text, length)) return true;
    }
  }
  return false;
}
