/** A text for a writer, in one piece. */
export async function* textOnly(text: string): AsyncGenerator<string> {
  yield text;
}
