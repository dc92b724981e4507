import type { Outcome } from './athena-engine.js';
import { type AthenaRequest, type Query, isOver } from './athena-queries.js';
import type { AthenaTable } from './athena-tables.js';
import { Refusal, invalid } from './refusal.js';

/** A query as GetQueryExecution tells it. */
export function executionOf(query: Query): object {
  const { id, sql, parameters, state, reason, retryable } = query;
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: 'DML',
    WorkGroup: query.workGroup,
    ...(parameters.length > 0 && { ExecutionParameters: parameters }),
    QueryExecutionContext: { Database: query.database },
    ResultConfiguration: { OutputLocation: query.output },
    Status: {
      State: state,
      ...(reason !== undefined && { StateChangeReason: reason }),
      ...(state === 'FAILED' && {
        AthenaError: {
          ErrorCategory: retryable ? 1 : 2,
          ErrorType: retryable ? 1 : 1301,
          Retryable: retryable,
          ErrorMessage: reason,
        },
      }),
    },
    Statistics: {
      ...(isOver(query) && { DataScannedInBytes: query.bytesScanned }),
      EngineExecutionTimeInMillis: 10,
      TotalExecutionTimeInMillis: 20,
    },
  };
}

/** A page of a query's rows; the header is the first row of the first page. */
export function resultsOf(
  { id, state, outcome }: Query,
  { NextToken: token, MaxResults: most = 1000 }: AthenaRequest,
): object {
  if (most < 1 || most > 1000) throw invalid('MaxResults is not 1 to 1000');
  if (outcome === undefined) {
    throw invalid(
      isOver({ state })
        ? `Query did not finish successfully. Final query state: ${state}`
        : `Query has not yet finished. Current state: ${state}`,
    );
  }
  const [, owner, place = '0'] = /^(.*)#(\d+)$/.exec(token ?? `${id}#0`) ?? [];
  if (owner !== id) throw invalid('Invalid NextToken');
  const rows = [outcome.columns.map(({ Name }) => Name), ...outcome.rows];
  const next = Number(place) + most;
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: rows.slice(Number(place), next).map((row) => ({
        Data: row.map((cell) => (cell === undefined ? {} : { VarCharValue: cell })),
      })),
      ResultSetMetadata: {
        ColumnInfo: outcome.columns.map((column) => ({
          CatalogName: 'hive',
          SchemaName: '',
          TableName: '',
          ...column,
          Label: column.Name,
          Precision: 0,
          Scale: 0,
          Nullable: 'UNKNOWN',
          CaseSensitive: column.Type === 'varchar',
        })),
      },
    },
    ...(next < rows.length && { NextToken: `${id}#${next}` }),
  };
}

/** The object that Athena writes: texts in quotes, NULL as nothing. */
export function csvOf({ columns, rows }: Outcome): string {
  const cell = (text: string | undefined): string =>
    text === undefined ? '' : `"${text.replaceAll('"', '""')}"`;
  return [columns.map(({ Name }) => Name), ...rows]
    .map((row) => `${row.map(cell).join()}\n`)
    .join('');
}

/** A table as the catalog describes it. */
export function metadataOf(
  { CatalogName: catalog, DatabaseName: database, TableName: name }: AthenaRequest,
  tables: Readonly<Record<string, AthenaTable>>,
): object {
  const table = tables[`${database}.${name}`.toLowerCase()];
  if (catalog?.toLowerCase() !== 'awsdatacatalog') {
    throw new Refusal('MetadataException', `Catalog ${catalog} does not exist`);
  }
  if (table === undefined) {
    throw new Refusal('MetadataException', `EntityNotFoundException: Entity Not Found: ${name}`);
  }
  const described = (columns: Readonly<Record<string, string>>): object[] =>
    Object.entries(columns).map(([Name, Type]) => ({ Name, Type }));
  return {
    Name: name,
    TableType: table.isView === true ? 'VIRTUAL_VIEW' : 'EXTERNAL_TABLE',
    Columns: described({ ...table.columns, ...(table.isView && table.partitionKeys) }),
    PartitionKeys: table.isView === true ? [] : described(table.partitionKeys),
    Parameters: table.parameters,
  };
}
