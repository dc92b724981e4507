import { oneOf } from './day-condition.js';
import type { PartitionKey } from './partition-key.js';
import { type Sql, identifier, joined, plain, quotedText } from '../sql.js';

/** Accounts and regions whose calls are asked for; undefined is all. */
export interface Scope {
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
}

/** Expressions of SQL for the account and the region of a record. */
export interface ScopeColumns {
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** What a scope is of a table. */
export interface ScopeOfTable {
  readonly conditions: readonly Sql[];
  /** Keys of the projection type `injected` that the condition gives a value to. */
  readonly given: readonly string[];
}

const ACCOUNT = /^(?:aws_?)?(?:recipient_?)?account(?:_?id)?(?:_partition)?$/;
const REGION = /^(?:aws_?)?region(?:_partition)?$/;

/** By the partition keys of accounts and regions, or, where there is none, by the columns of the record. */
export function scopeCondition(
  keys: readonly PartitionKey[],
  scope: Scope,
  columns: ScopeColumns,
): ScopeOfTable {
  const parts = [
    conditionOf(keys, ACCOUNT, scope.accounts, columns.account),
    conditionOf(keys, REGION, scope.regions, columns.region),
  ];
  return {
    conditions: parts.flatMap(({ condition }) => condition ?? []),
    given: parts.flatMap(({ given }) => given),
  };
}

/** Is this the name of a key of accounts? */
export function isAccountKey(name: string): boolean {
  return ACCOUNT.test(name);
}

/** The values of a scope that a key is of; undefined for another key, and where all are wanted. */
export function chosenOf(
  name: string,
  { accounts, regions }: Scope,
): readonly string[] | undefined {
  return ACCOUNT.test(name) ? accounts : REGION.test(name) ? regions : undefined;
}

interface Part {
  readonly condition?: Sql;
  readonly given: readonly string[];
}

function conditionOf(
  keys: readonly PartitionKey[],
  pattern: RegExp,
  chosen: readonly string[] | undefined,
  column: string | undefined,
): Part {
  if (chosen === undefined) return { given: [] };
  const own = keys.filter(({ name }) => pattern.test(name));
  if (own.length === 0) {
    if (column === undefined) return { given: [] };
    return { condition: oneOf(plain(column), chosen.map(quotedText)), given: [] };
  }
  return {
    condition: joined(
      own.map(({ name, type }) => {
        const isNumber = /int/.test(type) && chosen.every((one) => /^\d+$/.test(one));
        return oneOf(
          identifier(name),
          chosen.map((one) => (isNumber ? String(Number(one)) : quotedText(one))),
        );
      }),
      ' AND ',
    ),
    given: own.map(({ name }) => name),
  };
}
