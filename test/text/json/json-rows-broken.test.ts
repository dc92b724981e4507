import { describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/errors.js';
import { JsonRows } from '../../../src/text/json/json-rows.js';

function readText(text: string): void {
  const json = new JsonRows({ lists: new Set(['sessions']) });
  json.push(Buffer.from(text));
  json.end();
}

describe('what no JSON parser takes is an error', () => {
  test.each([
    ['{"a":1}{"a":2}', 'a missing comma'],
    ['{"a":1}\n{"a":2}', 'a missing comma'],
    ['1 2', 'a missing comma'],
    ['{"a":1},,{"a":2}', 'a double comma'],
    ['{"a":1}, ,{"a":2}', 'a double comma'],
    ['{"a":1},', 'a comma at the end'],
    ['{"a":1} , ', 'a comma at the end'],
    [',{"a":1}', 'a comma at the beginning'],
    [',', 'a comma alone'],
    ['{"a":1}}', 'a bracket too many'],
    ['}', 'a bracket alone'],
  ])('%s in a list: %s', (rows) => {
    expect(() => readText(`[${rows}]`)).toThrow(SourceError);
    expect(() => readText(`{"sessions":[${rows}],"Count":1}`)).toThrow(SourceError);
    expect(() => JSON.parse(`[${rows}]`)).toThrow(SyntaxError);
  });

  test.each([']', '}', ',,', '"', '{'])('%j after the end', (garbage) => {
    expect(() => readText(`[{"a":1}]${garbage}`)).toThrow(SourceError);
    expect(() => readText(`{"sessions":[{"a":1}]}${garbage}`)).toThrow(SourceError);
  });

  test.each([',', ']', '}', '{"a":1},,{"a":2}', '{"a":1}]'])('%s in a sequence', (text) => {
    expect(() => readText(text)).toThrow(SourceError);
  });
});
