/** How some bytes begin, and what comes after that. */
interface Beginning {
  readonly start: Buffer;
  readonly rest: AsyncGenerator<Buffer>;
}

/** The beginning of some bytes, as much of it as is enough or as there is, and all that comes after it. */
export async function peek(
  bytes: AsyncGenerator<Buffer>,
  isEnough: (start: Buffer) => boolean,
): Promise<Beginning> {
  let start: Buffer = Buffer.alloc(0);
  while (!isEnough(start)) {
    try {
      const next = await bytes.next();
      if (next.done) break;
      start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
    } catch (error) {
      if (start.length === 0) throw error;
      return { start, rest: failing(error) }; // what came before is good
    }
  }
  return { start, rest: bytes };
}

// oxlint-disable-next-line require-yield -- it is the end of what can be read
async function* failing(error: unknown): AsyncGenerator<Buffer> {
  throw error;
}

/**
 * The beginning of some bytes, at least so many or as many as there are, and all that comes after it; `isAll` where
 * nothing does. What goes wrong is thrown by what comes after.
 */
export async function peekLength(
  bytes: AsyncGenerator<Buffer>,
  length: number,
): Promise<Beginning & { readonly isAll: boolean }> {
  const pieces: Buffer[] = [];
  let held = 0;
  const start = (): Buffer => (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
  try {
    while (held < length) {
      const next = await bytes.next();
      if (next.done) return { start: start(), rest: bytes, isAll: true };
      pieces.push(next.value);
      held += next.value.length;
    }
    return { start: start(), rest: bytes, isAll: false };
  } catch (error) {
    return { start: start(), rest: failing(error), isAll: false };
  }
}

/** Puts a beginning back before its rest, and closes the rest also when nobody reads so far. */
export async function* putBack(
  start: Buffer,
  rest: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    if (start.length > 0) yield start;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
