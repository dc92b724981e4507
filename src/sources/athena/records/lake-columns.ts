import type { ForeignColumns } from './record-columns.js';
import type { TableTypes } from './table-types.js';
import { sameColumns } from './trail-columns.js';

/**
 * The records of an event data store of CloudTrail Lake that is federated (CloudTrail User Guide, "Supported SQL schemas
 * for event data stores"): the request and the answer are maps, in which nobody says how tags are written, and are read
 * from the whole record. Undefined for another table.
 */
export function lakeColumns(types: TableTypes): ForeignColumns | undefined {
  if (types.at('requestparameters')?.name !== 'map' || !types.isText('eventjson')) return undefined;
  const ofRecord = (member: string): string =>
    `json_format(json_extract(eventjson, '$.${member}'))`;
  return {
    expressions: {
      ...sameColumns(types),
      requestparameters: ofRecord('requestParameters'),
      responseelements: ofRecord('responseElements'),
    },
    account: undefined,
    region: undefined,
  };
}
