/** How many days back CloudTrail's event history goes (CloudTrail User Guide). */
export const EVENT_HISTORY_DAYS = 90;
