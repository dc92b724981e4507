import type { Counters } from '../pipeline/read-context.js';
import { byteCount, count, duration, grouped } from '../text/quantity.js';

/** The line that is rewritten while a run goes on. `started` is in milliseconds of `performance.now`. */
export function progressLine(counters: Counters, started: number): string {
  const { scanning, share, expected, rows } = counters;
  const cost = costLine(counters, started);
  if (scanning !== undefined) return `Athena has scanned ${byteCount(scanning)}, ${cost}`;
  if (share !== undefined) return `${shareLine(counters, share, started)}, ${cost}`;
  const of = expected ? ` of about ${grouped(expected)}` : '';
  return `${grouped(rows)}${of} rows read, ${cost}`;
}

/** The time left is what it would be if calls came as they have so far. */
function shareLine({ events }: Counters, share: number, started: number): string {
  const elapsed = (performance.now() - started) / 1000;
  const left = share > 0.01 ? `, about ${duration((elapsed * (1 - share)) / share)} left` : '';
  return `${count(events, 'event')}, ${Math.floor(share * 100)}% of the window${left}`;
}

/** What a run has cost so far: answers, capacity, files, queries, retries, time. */
export function costLine(counters: Counters, started: number): string {
  const { pages, lookups, readUnits, files, queries, retries, storageRequests } = counters;
  return [
    pages > 0 ? count(pages, 'page') : '',
    lookups > 0 ? count(lookups, 'session lookup') : '',
    readUnits > 0 ? count(Math.round(readUnits * 10) / 10, 'read unit') : '',
    files > 0 ? count(files, 'file') : '',
    storageRequests > 0
      ? `${count(storageRequests, 'S3 request')} (${byteCount(counters.storageBytes)})`
      : '',
    queries > 0 ? athenaCost(counters) : '',
    retries > 0 ? count(retries, 'retry', 'retries') : '',
    `${((performance.now() - started) / 1000).toFixed(1)} s`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function athenaCost({ queries, scannedBytes, dollars }: Counters): string {
  const cost = `about $${dollars.toFixed(dollars < 0.1 ? 5 : 2)}`;
  return `${count(queries, 'Athena query', 'Athena queries')} scanned ${byteCount(scannedBytes)} (${cost})`;
}
