import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { cli, scratch } from '../support/cli.js';
import { toItem } from '../support/dynamodb.js';
import { sessionRow } from '../support/sessions.js';
import { NO_AWS, WINDOW } from '../support/trail.js';

const summary = '{"outputFormat":"DYNAMODB_JSON"}';
const dataFile = '"dataFileS3Key":"data/a.json.gz"';

/** Faults that spoilt files have shown once, each as small as it can be. */
it.each<[name: string, files: Readonly<Record<string, string>>, said: string]>([
  [
    'a member that cannot be made a text',
    { 'events.json': '{"Records":[{"eventSource":{"toString":1}}]}' },
    'not a CloudTrail log: its records have no eventSource',
  ],
  [
    'a number of DynamoDB that is none',
    { 'rows.json': JSON.stringify({ ...toItem(sessionRow(1)), request_count: { N: 'many' } }) },
    'request_count: expected a whole number, found "many"',
  ],
  [
    'a number of DynamoDB that is empty',
    { 'rows.json': JSON.stringify({ ...toItem(sessionRow(1)), request_count: { N: '' } }) },
    'request_count: expected a whole number, found ""',
  ],
  [
    'a line of a manifest that is null, after which others come',
    {
      'manifest-summary.json': summary,
      'manifest-files.json': `null\n{"itemCount":1,${dataFile}}\n`,
    },
    'manifest-files.json cannot be read: ',
  ],
  [
    'a manifest whose items are not a number',
    { 'manifest-summary.json': summary, 'manifest-files.json': `{"itemCount":"x",${dataFile}}\n` },
    'it does not say the items of data/a.json.gz',
  ],
  [
    'a manifest of another format',
    { 'manifest-summary.json': '{"outputFormat":"\\u001b[2J"}', 'manifest-files.json': '' },
    'the export is in "\\x1b[2J", not in DYNAMODB_JSON',
  ],
  [
    'a record of an archive without a version',
    { 'archive.json': '{"format":"sentinel-audit archive","version":[]}' },
    'the record of the archive is damaged: version',
  ],
  [
    'a manifest of a lake whose list cannot be made a text',
    {
      '_manifest.json':
        '{"format":"sentinel-audit lake","version":1,"schema_version":1,"partition_by":[],"columns":[],"files":[],"list":{"toString":1},"file_format":"csv"}',
    },
    '_manifest.json',
  ],
])('%s is told', async (_, files, said) => {
  const folder = scratch();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const command =
    'events.json' in files ? ['export', 'events', ...WINDOW, '--events'] : ['export', '--sessions'];
  const { code, stderr } = await cli([...command, folder], { env: NO_AWS });
  expect([code, stderr]).toEqual([3, expect.stringContaining(said)]);
  expect(stderr).not.toMatch(/^\s+at /m);
});
