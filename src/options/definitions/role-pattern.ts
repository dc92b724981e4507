import { ValueError } from '../../errors.js';

/** The ARN of a role (IAM User Guide, "IAM identifiers"); its path may have any visible ASCII character. */
const ARN = /^arn:[a-z-]+:iam::\d{12}:role\/[!-~]+$/;
/** How the ARN of a role may begin: each piece is there only if all before it are. */
const PIECES = ['a', 'r', 'n', ':', '[a-z-]+', ':', 'i', 'a', 'm', ':', ':', '\\d{12}'];
const MORE = [':', 'r', 'o', 'l', 'e', '/', '[!-~]+'];
const BEGINNING = new RegExp(
  `^${[...PIECES, ...MORE].reduceRight((rest, piece) => `(?:${piece}${rest})?`, '')}$`,
);
/** The account, cut anywhere. */
const SHORT_ACCOUNT = /(?<=^arn:[a-z-]+:iam::)\d{1,11}$/;

/**
 * The ARN of a role, or a pattern with `*` that some ARN of a role matches.
 *
 * @throws ValueError for anything else, also for the bare name of a role.
 */
export function rolePattern(text: string): string {
  const [beginning = '', ...rest] = text.split('*');
  const fits =
    rest.length > 0 ? BEGINNING.test(beginning.replace(SHORT_ACCOUNT, '')) : ARN.test(text);
  if (fits) return text;
  const name = /^[\w+=,.@*-]+$/.test(text) ? text : 'NAME';
  throw new ValueError(
    `"${text}" is not the ARN of a role`,
    `write arn:aws:iam::ACCOUNT:role/${name}, or arn:aws:iam::*:role/${name} for any account`,
  );
}
