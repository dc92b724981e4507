import type { FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { SourceError } from '../../../errors.js';

/** Of one page, unpacked, in bytes: DuckDB writes none of more than 100 MB. */
export const LARGEST_PAGE = 128 * 1024 * 1024;

/**
 * Reads the headers of all pages of some columns. The library takes each for right: one without a length would make
 * it read for ever, and one may unpack to anything.
 *
 * @throws SourceError where one does not say its lengths, or is too large.
 */
export function checkPages(
  { row_groups: groups }: FileMetaData,
  columns: readonly string[],
  content: ArrayBuffer,
): void {
  for (const { columns: chunks } of groups) {
    for (const { meta_data: chunk } of chunks) {
      if (chunk === undefined || !columns.includes(chunk.path_in_schema[0] ?? '')) continue;
      const { dictionary_page_offset: dictionary, data_page_offset: data } = chunk;
      const start = Number(dictionary !== undefined && dictionary < data ? dictionary : data);
      const end = start + Number(chunk.total_compressed_size);
      checkChunk(content.slice(start, end));
    }
  }
}

function checkChunk(chunk: ArrayBuffer): void {
  const reader = { view: new DataView(chunk), offset: 0 };
  while (reader.offset < chunk.byteLength - 1) {
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } =
      parquetHeader(reader);
    if (![packed, unpacked].every((size) => Number.isSafeInteger(size) && size >= 0)) {
      throw new SourceError('the Parquet file cannot be read: a page does not say its length');
    }
    if (unpacked > LARGEST_PAGE) {
      throw new SourceError('the Parquet file cannot be read: a page is larger than 128 MB');
    }
    reader.offset += packed;
  }
}
