import { printable } from './terminal-text.js';

/** Characters that can begin or end markup, or a cell, anywhere in a line of GitHub Flavored Markdown. */
const MARKUP = /[&<>|`*~$#[\]\\]|_(?![a-z0-9])|(?<![a-z0-9])_/gi;
/** What GitHub makes links of: mentions, mail addresses, URLs, numbers of issues. */
const LINKING = /@|:(?=\/\/)|(?<=www)(?=\.)|(?<=GH)-|(?<=&#35;)(?=\d)/gi;
/** Markup at the beginning of a line: a list, a rule, a heading that is underlined. */
const LEADING = /^(?=[-+=]|\d+[.)])/;

/** A space of no width: what stands around it is not read as one word. */
const APART = '&#8203;';

/**
 * A text of others as Markdown that shows it as it is, on one line: nothing in it is markup, ends a cell of a
 * table or becomes a link, and what would act on a terminal is shown as an escape.
 */
export function markdownText(text: string): string {
  return printable(text)
    .trim()
    .replace(MARKUP, (character) => `&#${character.codePointAt(0)};`)
    .replace(LINKING, (character) => `${character}${APART}`);
}

/** The same where it begins a line, or an item of a list. */
export function markdownLine(text: string): string {
  return markdownText(text).replace(LEADING, APART);
}
