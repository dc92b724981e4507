import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SinkError } from '../../src/errors.js';
import type { Reject } from '../../src/pipeline/read-context.js';
import { openRejects } from '../../src/sinks/rejects.js';
import { temporaryFolder } from '../support/contracts.js';

const reject: Reject = {
  kind: 'row',
  place: 'a.csv:2',
  reason: 'id: missing',
  raw: { user: 'x\u009b' },
};

test('rejects are lines of JSON, there as soon as they are written', () => {
  const path = join(temporaryFolder(), 'rejects.ndjson');
  const rejects = openRejects(path);
  rejects.write(reject);
  const line = '{"place":"a.csv:2","reason":"id: missing","raw":{"user":"x\\u009b"}}\n';
  expect(readFileSync(path, 'utf8')).toBe(line);
  rejects.write({ kind: 'file', place: 'b.gz', reason: 'cut off' });
  rejects.close();
  expect(readFileSync(path, 'utf8')).toBe(`${line}{"place":"b.gz","reason":"cut off"}\n`);
});

test('the file begins anew and is for its owner alone, also where there was one', () => {
  const path = join(temporaryFolder(), 'rejects.ndjson');
  writeFileSync(path, 'yesterday\n', { mode: 0o644 });
  openRejects(path).close();
  expect(readFileSync(path, 'utf8')).toBe('');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that cannot be created is a SinkError', () => {
  expect(() => openRejects(join(temporaryFolder(), 'nowhere', 'rejects'))).toThrow(SinkError);
});

test('a full disk is a SinkError', ({ skip }) => {
  skip(!statSync('/dev/full', { throwIfNoEntry: false }), 'there is no /dev/full here');
  const rejects = openRejects('/dev/full');
  expect(() => rejects.write(reject)).toThrow(SinkError);
  rejects.close();
});
