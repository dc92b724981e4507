/** How some formats begin, what they are, and how to come from them to what is read here. */
const FORMATS: readonly (readonly [at: number, begins: string, what: string, instead: string])[] = [
  [0, '\x1f\x8b', 'gzip within gzip', 'unpack it once first (gunzip)'],
  [0, 'PK\x03\x04', 'a zip archive', 'unpack it first (unzip)'],
  [0, 'PK\x05\x06', 'an empty zip archive', 'make it again'],
  [0, '\x28\xb5\x2f\xfd', 'compressed with zstd', 'unpack it first (zstd -d)'],
  [0, '\xfd7zXZ\x00', 'compressed with xz', 'unpack it first (xz -d)'],
  [0, 'BZh', 'compressed with bzip2', 'unpack it first (bunzip2)'],
  [0, '\x04\x22\x4d\x18', 'compressed with lz4', 'unpack it first (lz4 -d)'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', 'unpack it first (7z x)'],
  [0, '\xff\x06\x00\x00sNaPpY', 'compressed with snappy', 'unpack it first'],
  [257, 'ustar', 'a tar archive', 'unpack it first (tar -xf)'],
  [
    0,
    'PAR1',
    'a Parquet file',
    'write it as JSON first, as with DuckDB: COPY … TO … (FORMAT JSON)',
  ],
  [0, 'ORC', 'an ORC file', 'write it as JSON first'],
  [0, 'Obj\x01', 'an Avro file', 'write it as JSON first'],
  [0, '\xe0\x01\x00\xea', 'Amazon ION', 'export it again as DynamoDB JSON'],
  [0, '$ion_1_0', 'Amazon ION', 'export it again as DynamoDB JSON'],
  [0, 'SQLite format 3', 'an SQLite database', 'write its rows as JSON first'],
  [0, '%PDF', 'a PDF file', 'get the data itself'],
  [
    0,
    '\x1e',
    'a JSON text sequence (RFC 7464)',
    "take out the record separators first (tr -d '\\036')",
  ],
];

/** How a text in other encodings begins: with a byte order mark, or with characters of ASCII. */
const ENCODINGS: readonly (readonly [begins: RegExp, what: string, name: string])[] = [
  [/^(\0\0\xfe\xff|\0\0\0[^\0])/, 'UTF-32', 'UTF-32BE'],
  [/^(\xff\xfe\0\0|[^\0]\0\0\0)/, 'UTF-32', 'UTF-32LE'],
  [/^\0[^\0]\0[^\0]/, 'UTF-16 without a byte order mark', 'UTF-16BE'],
  [/^[^\0]\0[^\0]\0/, 'UTF-16 without a byte order mark', 'UTF-16LE'],
];

/**
 * What some bytes are by the way in which they begin, where that is a format that is not read, and what to
 * do instead; undefined for any other. Unpacked gzip is expected, and UTF-16 that has a mark as UTF-8.
 */
export function foreignFormat(start: Buffer): string | undefined {
  const found = FORMATS.find(
    ([at, begins]) => start.toString('latin1', at, at + begins.length) === begins,
  );
  return found === undefined ? foreignEncoding(start) : `it is ${found[2]}: ${found[3]}`;
}

function foreignEncoding(start: Buffer): string | undefined {
  const head = start.toString('latin1', 0, 4);
  const found = ENCODINGS.find(([begins]) => begins.test(head));
  if (found === undefined) return undefined;
  return `it is ${found[1]}: save it as UTF-8 first (iconv -f ${found[2]} -t UTF-8)`;
}
