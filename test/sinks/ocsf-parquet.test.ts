import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { CALLS_IN_OCSF } from '../../src/model/ocsf/authentication.js';
import { profilesInOcsf } from '../../src/model/ocsf/compliance-finding.js';
import { VERDICTS_IN_OCSF } from '../../src/model/ocsf/detection-finding.js';
import type { OcsfMapping } from '../../src/model/ocsf/document.js';
import { CLASSES } from '../../src/model/ocsf/schema.js';
import { instantFromMillis } from '../../src/model/time/instant.js';
import { ocsfParquet } from '../../src/sinks/ocsf-parquet.js';
import type { RowGroupLimits } from '../../src/sinks/parquet-file.js';
import { Watched, cut } from '../support/contracts.js';
import { roleEvent } from '../support/records.js';

async function bytesOf<T>(
  mapping: OcsfMapping<T>,
  rows: readonly T[],
  limits?: RowGroupLimits,
): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  const write = async (all: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> => {
    for await (const piece of all) pieces.push(Buffer.from(piece as Uint8Array));
  };
  await ocsfParquet(mapping, write, '1.2.3', limits)(new Watched(cut(rows, [1, 3])));
  return new Uint8Array(Buffer.concat(pieces)).buffer;
}

const instant = instantFromMillis(0);
const profiles = profilesInOcsf({
  window: { since: instant, until: instant },
  identity: undefined,
  caveats: [],
  annotationOf: () => undefined,
});

describe('the schema', () => {
  test.each([
    ['calls', CALLS_IN_OCSF, ['authentication', 'api_activity']],
    ['verdicts', VERDICTS_IN_OCSF, ['detection_finding']],
    ['profiles', profiles, ['compliance_finding']],
  ] as const)('of %s has all attributes of their classes', async (_, mapping, classes) => {
    const { schema } = parquetMetadata(await bytesOf(mapping as OcsfMapping<never>, []));
    const attributes = new Set(classes.flatMap((name) => Object.keys(CLASSES[name])));
    expect(schema[0]).toMatchObject({ num_children: attributes.size });
    expect(schema.map(({ name }) => name)).toEqual(expect.arrayContaining([...attributes]));
    for (const { repetition_type, name } of schema.slice(1)) {
      expect(repetition_type).toBe(name === 'list' ? 'REPEATED' : 'OPTIONAL');
    }
  });

  test('has groups, lists of three levels, 64-bit integers and texts', async () => {
    const { schema } = parquetMetadata(await bytesOf(CALLS_IN_OCSF, []));
    const from = (name: string, many: number): unknown[] => {
      const at = schema.findIndex((element) => element.name === name);
      return schema.slice(at, at + many);
    };
    const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    expect(from('time', 1)).toEqual([{ name: 'time', type: 'INT64', repetition_type: 'OPTIONAL' }]);
    expect(from('product', 4)).toMatchObject([
      { name: 'product', num_children: 3 },
      { name: 'name', ...text },
      { name: 'vendor_name', ...text },
      { name: 'version', ...text },
    ]);
    expect(from('profiles', 3)).toMatchObject([
      { name: 'profiles', converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED' },
      { name: 'element', ...text },
    ]);
    expect(from('unmapped', 1)).toMatchObject([text]);
  });
});

describe('rows', () => {
  const calls = Array.from({ length: 10 }, (_, n) => roleEvent(n));
  const read = (file: ArrayBuffer): Promise<unknown[]> => parquetReadObjects({ file });

  test('are the same however they are grouped', async () => {
    const whole = await bytesOf(CALLS_IN_OCSF, calls);
    const parts = await bytesOf(CALLS_IN_OCSF, calls, { rows: 4, size: 1e9 });
    const sizes = parquetMetadata(parts).row_groups.map(({ num_rows }) => Number(num_rows));
    expect(sizes).toEqual([4, 4, 2]);
    expect(await read(parts)).toEqual(await read(whole));
  });

  test('count in a group with the texts inside of objects', async () => {
    const long = calls.map((call) => ({ ...call, userAgent: 'x'.repeat(10_000) }));
    const file = await bytesOf(CALLS_IN_OCSF, long, { rows: 100, size: 20_000 });
    expect(parquetMetadata(file).row_groups).toHaveLength(5);
  });

  test('have no text that is longer than OCSF allows, and JSON in unmapped', async () => {
    const tag = 'y'.repeat(70_000);
    const call = { ...roleEvent(1), userAgent: 'x'.repeat(70_000), sessionTag: tag };
    const [document] = await read(await bytesOf(CALLS_IN_OCSF, [call]));
    expect(document).toHaveProperty('http_request.user_agent', `${'x'.repeat(65_534)}…`);
    const { unmapped } = document as { readonly unmapped: string };
    expect(JSON.parse(unmapped)).toHaveProperty('session_tag', `${tag.slice(0, 65_534)}…`);
  });
});
