/** How texts that are no JSON begin, what they are, and what to do instead. The first that fits is said. */
const KINDS: readonly (readonly [begins: RegExp, what: string])[] = [
  [
    /^"?(User name|Event name|Event time|Event ID|AWS access key)"?,/,
    "it is a CSV of the console's event history, which lacks the request: download it there as JSON, or save aws cloudtrail lookup-events",
  ],
  [
    /^[^\n]*\beventjson\b/i,
    'it is a CSV of CloudTrail Lake: save aws cloudtrail get-query-results --output json, with the column eventJson',
  ],
  [
    /^[^\n]*\brequestparameters\b/i,
    "it is a CSV of Athena or Glue, in which a record's fields are no longer JSON: ask the table in Athena, or download the log files of the trail",
  ],
  [
    /^"?(tp_id|_ctx|event_id)"?,/,
    'it is a CSV of Tailpipe or Steampipe: download the log files of the trail',
  ],
  [
    /^[^\n]*(@?message|_raw|Content|log)\b[^\n]*\n.*\{""/s,
    'it is a CSV of a log viewer: export the same search as JSON',
  ],
  [/^"?event_?time"?,/i, 'it is a CSV of a query: save its result as JSON, with whole records'],
  [/^[[{]\s*'/, 'it is what Python prints, and no JSON: write it with json.dump'],
  [
    /^(- |\w+:\s)/,
    'it is YAML or plain text, and no JSON: save the output of the AWS CLI with --output json',
  ],
  [/^</, 'it is XML or HTML, perhaps the error page of a proxy: download it again'],
  [/^version account-id /, 'it is a VPC flow log'],
  [/^(https?|h2|wss?|grpcs?|tls) \d{4}-/, 'it is a log of a load balancer'],
  // oxlint-disable-next-line no-control-regex -- bytes of no text are what is looked for
  [/[\x00-\x08]/, 'it is neither text nor gzip'],
  [/^[^\n]*,[^\n]*\n/, 'it is a CSV: save the records as JSON'],
];

/** What a text that is no JSON looks like by its beginning, and what to do instead. */
export function foreignText(head: string): string {
  return KINDS.find(([begins]) => begins.test(head))?.[1] ?? 'it is not JSON';
}
