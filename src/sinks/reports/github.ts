import type { Annotation, Report } from '../../model/report/report.js';

/** One workflow annotation of GitHub Actions for each row that has one (GitHub: workflow commands). */
export async function* githubText<R>({ list, annotationOf }: Report<R>): AsyncGenerator<string> {
  for await (const batch of list.rows()) {
    yield batch
      .map((row) => annotationOf?.(row))
      .filter((annotation) => annotation !== undefined)
      .map(commandOf)
      .join('');
  }
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
