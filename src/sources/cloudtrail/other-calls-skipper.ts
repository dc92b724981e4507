import { readFileSync } from 'node:fs';
import type { RowSkipper } from '../../text/json/json-row.js';
import { lookOf } from '../../text/json/json-key.js';
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
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly KEY_LOOKS: Value;
  readonly SERVICES: Value;
  readonly TEXT: Value;
  readonly skipped: Value;
  readonly needsComma: Value;
  readonly sawComma: Value;
  readonly rowEnd: Value;
  readonly skip: (at: number, end: number, needsComma: boolean) => number;
}

/** Where the build puts it, from here in `dist` and from here in `src`. */
const MODULE = '../../../dist/other-calls.wasm';

/** As much as `TEXT` has room for. */
const SLICE = 256 * 1024;

/**
 * Passes over records that are surely of other calls, as `isOtherCall` would, many times as fast: by a module of
 * WebAssembly that looks at 64 bytes at once. Undefined where it does not run, as on a machine without SIMD.
 */
export function otherCallsSkipper(): RowSkipper | undefined {
  return (skipper ??= { made: make() }).made;
}

let skipper: { readonly made: RowSkipper | undefined } | undefined;

function make(): RowSkipper | undefined {
  let module: OtherCalls;
  try {
    const bytes = readFileSync(new URL(MODULE, import.meta.url));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    module = exports as OtherCalls;
  } catch {
    return undefined;
  }
  const memory = Buffer.from(module.memory.buffer);
  writeTables(memory, module);
  return (piece) => skipperOf(piece, module, memory);
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

/** What lies in the memory of the module is a copy of a slice of the piece. */
function skipperOf(piece: Buffer, module: OtherCalls, memory: Buffer): ReturnType<RowSkipper> {
  const text = module.TEXT.value;
  let [from, to] = [0, 0];
  const copyFrom = (place: number): void => {
    from = place;
    to = Math.min(place + SLICE, piece.length);
    piece.copy(memory, text, from, to);
  };
  return (at, needsComma) => {
    if (at >= to) copyFrom(at);
    let rows = 0;
    let stop = at;
    let [isDue, sawComma] = [needsComma, false];
    for (;;) {
      stop = module.skip(text + stop - from, text + to - from, isDue) - text + from;
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
