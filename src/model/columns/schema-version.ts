/**
 * The version of the columns of all lists: it grows when a column is renamed, moved or taken away or changes its
 * type, and stays when one is added at the end.
 */
export const SCHEMA_VERSION = 1;
