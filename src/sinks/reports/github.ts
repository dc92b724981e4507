import type { Annotation, Report } from '../../model/report/report.js';

/** The workflow annotations of GitHub Actions: of each row that has one, then of none (GitHub: workflow commands). */
export async function* githubText<R>({
  list,
  annotationOf,
  annotations = [],
}: Report<R>): AsyncGenerator<string> {
  for await (const batch of list.rows()) {
    yield batch
      .map((row) => annotationOf?.(row))
      .filter((annotation) => annotation !== undefined)
      .map(commandOf)
      .join('');
  }
  yield annotations.map(commandOf).join('');
}

function commandOf({ level, title, message }: Annotation): string {
  return `::${level} title=${title}::${escaped(message)}\n`;
}

/** What ends a command, or acts in its log, is spelt out. */
function escaped(message: string): string {
  // oxlint-disable-next-line no-control-regex -- a profile's name may hold anything
  return message.replace(/[%\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) =>
    encodeURIComponent(character),
  );
}
