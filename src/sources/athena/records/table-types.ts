import type { TableMetadata } from '@aws-sdk/client-athena';
import { type GlueType, parseGlueType } from './glue-type.js';

/** The types of a table's columns and partition keys. */
export interface TableTypes {
  /** Of a column, or of a field of one: `useridentity.invokedby`. */
  readonly at: (path: string) => GlueType | undefined;
  readonly isText: (path: string) => boolean;
}

export function typesOf({ Columns = [], PartitionKeys = [] }: TableMetadata): TableTypes {
  const types = new Map(
    [...Columns, ...PartitionKeys].map(({ Name = '', Type = 'string' }) => [
      Name.toLowerCase(),
      parseGlueType(Type),
    ]),
  );
  const at = (path: string): GlueType | undefined => {
    const [column = '', ...fields] = path.split('.');
    return fields.reduce((type, field) => type?.fields.get(field), types.get(column));
  };
  return { at, isText: (path) => /^(?:string|varchar.*)$/.test(at(path)?.name ?? '') };
}
