// One way of writing Parquet of the sessions of an NDJSON file: prints the seconds of CPU time that it took. Of
// DuckDB, reading the file is among them; the others have the rows in memory.
import { readFileSync, writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { fromRows, parquet, parseInstant, sessionColumns, writeToFile } from '../dist/index.js';

const [way = '', file = '', out = ''] = process.argv.slice(2);
const COLUMNS = sessionColumns('all').map(({ name, kind, title, width }) => ({
  name,
  kind,
  title,
  width,
  of: (/** @type {Record<string, any>} */ row) => row[name] || undefined,
}));
const TYPES = { time: 'TIMESTAMP', count: 'INT64', rate: 'DOUBLE', flag: 'BOOLEAN' };
const ROW_GROUP = 50_000;

/** @returns {Record<string, any>[]} */
function readRows() {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** @type {Record<string, () => Promise<() => unknown>>} */
const WAYS = {
  'the sink': async () => {
    const rows = readRows();
    const write = writeToFile(out, new AbortController().signal);
    return () => parquet(COLUMNS, write)(fromRows(rows));
  },
  'hyparquet-writer alone': async () => {
    const rows = readRows();
    const columnData = COLUMNS.map(({ name, kind, of }) => ({
      name,
      type: /** @type {any} */ (kind === undefined ? 'STRING' : TYPES[kind]),
      data: rows.map((row) => {
        const cell = of(row);
        if (kind === 'time') return BigInt(parseInstant(cell)?.seconds ?? 0) * 1_000_000n;
        return kind === 'count' && cell !== undefined ? BigInt(cell) : cell;
      }),
    }));
    return () => {
      const writer = new ByteWriter();
      void parquetWrite({ writer, columnData, rowGroupSize: ROW_GROUP });
      writeFileSync(out, writer.getBytes());
    };
  },
  'DuckDB COPY': async () => {
    const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const types = COLUMNS.map(({ name, kind }) => {
      const type = kind === 'time' ? 'TIMESTAMPTZ' : kind === 'count' ? 'BIGINT' : 'VARCHAR';
      return `${name}: '${type}'`;
    });
    const rows = `read_json('${file}', columns = {${types.join(', ')}})`;
    return () => connection.run(`COPY (FROM ${rows}) TO '${out}' (FORMAT parquet)`);
  },
};

const write = await WAYS[way]?.();
const before = process.cpuUsage();
await write?.();
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1e6);
