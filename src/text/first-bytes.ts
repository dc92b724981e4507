/** The beginning of some bytes, as much of it as is enough or as there is, and all that comes after it. */
export async function peek(
  bytes: AsyncGenerator<Buffer>,
  isEnough: (start: Buffer) => boolean,
): Promise<{ start: Buffer; rest: AsyncGenerator<Buffer> }> {
  let start: Buffer = Buffer.alloc(0);
  while (!isEnough(start)) {
    try {
      const next = await bytes.next();
      if (next.done) break;
      start = Buffer.concat([start, next.value]);
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
