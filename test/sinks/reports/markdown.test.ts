import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column } from '../../../src/model/columns/column.js';
import type { Report } from '../../../src/model/report/report.js';
import { instantFromMillis } from '../../../src/model/time/instant.js';
import { reportMarkdown } from '../../../src/sinks/reports/markdown.js';
import { Watched, cut } from '../../support/contracts.js';
import { hostileTexts } from '../../support/verdicts.js';

interface Row {
  readonly a: string;
  readonly b: string | undefined;
}

const columns: readonly Column<Row>[] = [
  { name: 'a', title: 'A', width: 5, of: ({ a }) => a },
  { name: 'b', title: 'B', width: 5, of: ({ b }) => b },
];

function reportOf(rows: readonly Row[], text: string): Report<Row> {
  const read = (): Watched<Row> => new Watched(cut(rows, [1, 2]));
  return {
    title: 'Title',
    identity: undefined,
    window: { since: instantFromMillis(0), until: instantFromMillis(1000) },
    list: { name: 'rows', columns, rows: read },
    head: {},
    tail: {},
    parts: [
      { kind: 'facts', title: 'Facts', facts: [['Label', text]] },
      { kind: 'lines', title: 'Lines', lines: [text] },
      {
        kind: 'entries',
        title: 'Entries',
        rows: read,
        entryOf: ({ a, b }) => ({
          head: a,
          fields: [
            ['First', a],
            ['Second', b],
          ],
        }),
      },
      { kind: 'table', title: 'Table', rows: read, columns },
    ],
    result: text,
    summary: [],
    findings: 0,
    caveats: [{ code: 'unseen_scope', count: 1, weight: 'note', text }],
  };
}

async function written(report: Report<Row>): Promise<string> {
  let text = '';
  for await (const piece of reportMarkdown(report)) text += piece;
  return text;
}

/** The cells of a row, as GitHub Flavored Markdown cuts them: at every `|` without a backslash before it. */
function cellsOf(line: string): readonly string[] {
  return line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/);
}

/** The tables of a text: groups of lines that begin with `|`. */
function tablesOf(text: string): readonly (readonly string[])[] {
  return text
    .split(/\n(?!\|)/)
    .map((part) => part.split('\n').filter((line) => line.startsWith('|')))
    .filter((lines) => lines.length > 0);
}

test('a report has its title, its result and each part', async () => {
  const rows = [
    { a: 'x', b: 'y' },
    { a: 'z', b: undefined },
  ];
  expect(await written(reportOf(rows, 'text'))).toBe(`## Title

**Result:** text

Time window: 1970-01-01T00:00:00Z to 1970-01-01T00:00:01Z

### Facts

|  |  |
| --- | --- |
| Label | text |

### Lines

- text

### Entries

| Finding | First | Second |
| --- | --- | --- |
| x | x | y |
| z | z |  |

### Table

| A | B |
| --- | --- |
| x | y |
| z |  |

### Caveats

- text
`);
});

test('a report without caveats has no heading for them', async () => {
  expect(await written({ ...reportOf([], ''), caveats: [] })).not.toContain('Caveats');
});

describe('whatever the data says', () => {
  const rows = fc.array(
    fc.record({ a: hostileTexts, b: fc.option(hostileTexts, { nil: undefined }) }),
    { maxLength: 5 },
  );
  const plain = written(
    reportOf(
      Array.from({ length: 5 }, () => ({ a: 'a', b: 'b' })),
      'text',
    ),
  ).then((text) => tablesOf(text).map(([head = '']) => cellsOf(head).length));

  test('no row has more cells or fewer, and no line is added', async () => {
    const widths = await plain;
    const property = fc.asyncProperty(rows, hostileTexts, async (some, text) => {
      const markdown = await written(reportOf(some, text));
      const tables = tablesOf(markdown).filter(([head = '']) => head !== '');
      const expected = some.length > 0 ? widths : [widths[0], widths[2]];
      expect(tables.map(([head = '']) => cellsOf(head).length)).toEqual(expected);
      for (const [head = '', ...lines] of tables) {
        for (const line of lines) expect(cellsOf(line)).toHaveLength(cellsOf(head).length);
      }
      expect(tables.flat()).toHaveLength(
        3 + (some.length > 0 ? 2 + some.length : 0) + 2 + some.length,
      );
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('nothing of it is markup, a mention or a link, and nothing acts on a terminal', async () => {
    const property = fc.asyncProperty(rows, hostileTexts, async (some, text) => {
      const markdown = await written(reportOf(some, text));
      expect(markdown).not.toContain('<');
      expect(markdown).not.toContain('](');
      expect(markdown).not.toMatch(/@[a-z0-9]/i);
      expect(markdown).not.toMatch(/:\/\/|www\./i);
      expect(markdown).not.toMatch(/[`[\]\\~$]|&(?!#\d+;)/);
      expect(markdown.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u);
      const starred = markdown.replace('**Result:**', '');
      expect(starred).not.toContain('*');
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
