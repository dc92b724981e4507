import { readFileSync } from 'node:fs';
import type { Rooms } from '../../storage/read-bytes.js';
import type { RowSkipper } from '../../text/json/json-row.js';
import { lookOf } from '../../text/json/json-key.js';
import { OTHER_CALLS_FILE } from '../../package/other-calls-file.js';
import { OTHERS } from './other-call.js';
import { RECORD_LISTS } from './wrappers.js';

/** As much of it as is used: it is not among the types of Node. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Value {
  readonly value: number;
}

/** What assembly/other-calls.ts exports. */
interface OtherCalls {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly KEY_LOOKS: Value;
  readonly SERVICES: Value;
  readonly TEXT: Value;
  readonly skipped: Value;
  readonly needsComma: Value;
  readonly sawComma: Value;
  readonly rowEnd: Value;
  readonly skip: (at: number, end: number, needsComma: boolean, isFirst: boolean) => number;
}

/** As much as `TEXT` has room for. */
const SLICE = 256 * 1024;

/** Each room has as much, the last bytes of which stay empty: they are looked at with those before them. */
const ROOM = 8 * 1024 * 1024;
const BEHIND = 128;
/** One for what is used at once, one for what is being read, and three for what is being unpacked. */
const ROOMS = 5;
const PAGE = 64 * 1024;

/** In bytes. Less is passed over without the module sooner than the module is there. */
const WORTH = 128 * 1024;

/** Passes over records of other calls. */
interface OtherCallsSkipper {
  readonly skipper: RowSkipper;
  /** Memory of the module: what lies there as a whole need not be copied to be passed over. */
  readonly rooms: Rooms;
}

/**
 * Passes over records that are surely of other calls, as `isOtherCall` would, many times as fast: by a module of
 * WebAssembly that looks at 64 bytes at once. Undefined where it does not run, as on a machine without SIMD; and
 * as long as all that it was asked for has so few bytes that it is not worth making.
 */
export function otherCallsSkipper(bytes = Infinity): OtherCallsSkipper | undefined {
  asked += bytes;
  if (made === undefined && asked < WORTH) return undefined;
  return (made ??= { skipper: make() }).skipper;
}

/** Memory of the module for what so many packed bytes have in them. */
export function roomsForCalls(packed: number): Rooms | undefined {
  return otherCallsSkipper(packed)?.rooms;
}

let asked = 0;
let made: { readonly skipper: OtherCallsSkipper | undefined } | undefined;

function make(): OtherCallsSkipper | undefined {
  let module: OtherCalls;
  let begin: number;
  try {
    const bytes = readFileSync(OTHER_CALLS_FILE);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    module = exports as OtherCalls;
    begin = module.memory.grow((ROOMS * ROOM) / PAGE) * PAGE;
  } catch {
    return undefined;
  }
  const memory = Buffer.from(module.memory.buffer);
  writeTables(memory, module);
  const [room, ...free] = Array.from({ length: ROOMS }, (_, number) =>
    memory.subarray(begin + number * ROOM, begin + (number + 1) * ROOM - BEHIND),
  );
  return { skipper: (piece) => skipperOf(piece, module, memory), rooms: { room: room!, free } };
}

/** The keys of lists, and the services whose records are all looked at. */
function writeTables(memory: Buffer, { KEY_LOOKS, SERVICES }: OtherCalls): void {
  for (const key of [...RECORD_LISTS.lists, ...(RECORD_LISTS.deepLists ?? [])]) {
    const look = lookOf(key.charCodeAt(0), key.length);
    const at = KEY_LOOKS.value + (look >> 3);
    memory[at] = memory[at]! | (1 << (look & 7));
  }
  let at = SERVICES.value;
  for (const name of OTHERS) {
    memory[at] = name.length;
    at += 1 + memory.write(name, at + 1, 'latin1');
  }
}

/** What lies in the memory of the module is the piece, or a copy of a slice of it. */
function skipperOf(piece: Buffer, module: OtherCalls, memory: Buffer): ReturnType<RowSkipper> {
  const isThere = piece.buffer === memory.buffer;
  const text = isThere ? piece.byteOffset : module.TEXT.value;
  let [from, to] = [0, isThere ? piece.length : 0];
  const copyFrom = (place: number): void => {
    from = place;
    to = Math.min(place + SLICE, piece.length);
    piece.copy(memory, text, from, to);
  };
  return (at, needsComma, isFirst) => {
    if (at >= to) copyFrom(at);
    let rows = 0;
    let stop = at;
    let [isDue, sawComma] = [needsComma, false];
    for (;;) {
      const mustBeRecord = isFirst && rows === 0;
      stop = module.skip(text + stop - from, text + to - from, isDue, mustBeRecord) - text + from;
      const skipped = module.skipped.value;
      rows += skipped;
      sawComma = module.sawComma.value !== 0 || (sawComma && skipped === 0);
      isDue = module.needsComma.value !== 0;
      const end = module.rowEnd.value;
      if (end !== 0) {
        return { rows, at: stop, end: end - text + from, needsComma: isDue, sawComma };
      }
      // The row that begins here may end in the next slice.
      if (stop === from || to === piece.length) {
        return { rows, at: stop, end: undefined, needsComma: isDue, sawComma };
      }
      copyFrom(stop);
    }
  };
}
