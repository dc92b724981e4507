import { after, itemOf, NOON } from './archives.js';
import { type Row, idOf } from './sessions.js';
import type { StreamedTable } from './streams/server.js';

/** Numbers from 0 to below 1 that look random; a seed has always the same ones. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A row as it was at one time: no other row has both. */
export function versionOf({ id, updated_at }: Row): string {
  return `${String(id)} ${Date.parse(String(updated_at))}`;
}

/** A table to which things happen at random, and what an archive of it must hold. */
export class BusyTable {
  /** Each row that the stream has shown, as often as it has: a deleted row once more. */
  readonly shown: string[] = [];
  /** Each session as it was last. */
  readonly newest = new Map<string, string>();
  readonly #table: StreamedTable;
  readonly #random: () => number;
  readonly #alive: string[] = [];
  #changes = 0;
  /** After so many rows the shards split: ever more rarely, since each split doubles them. */
  #splitAt = 50;
  #timer: NodeJS.Timeout | undefined;

  constructor(table: StreamedTable, random: () => number) {
    this.#table = table;
    this.#random = random;
  }

  /** A session begins, is changed or is deleted; now and then the shards split too. */
  change(): void {
    if (this.shown.length >= this.#splitAt) {
      this.#table.split();
      this.#splitAt *= 4;
    }
    const dice = this.#random();
    const id = this.#alive[Math.floor(this.#random() * this.#alive.length)];
    if (dice < 0.5 || id === undefined) this.#begin();
    else if (dice < 0.8) this.#update(id);
    else this.#remove(id);
  }

  /** Changes come until it is stopped. */
  start(everyMs: number): void {
    this.#timer ??= setInterval(() => this.change(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #begin(): void {
    const n = ++this.#changes;
    const updated_at = timeOf(n);
    this.#table.put(itemOf(n, n, { updated_at }));
    this.#alive.push(idOf(n));
    this.#show(idOf(n), updated_at);
  }

  #update(id: string): void {
    const updated_at = timeOf(++this.#changes);
    this.#table.update(id, { updated_at: { S: updated_at }, last_access_at: { S: after(0) } });
    this.#show(id, updated_at);
  }

  #remove(id: string): void {
    this.#table.remove(id, 'ttl');
    this.#alive.splice(this.#alive.indexOf(id), 1);
    this.shown.push(this.newest.get(id)!);
  }

  #show(id: string, updated_at: string): void {
    const version = versionOf({ id, updated_at });
    this.shown.push(version);
    this.newest.set(id, version);
  }
}

/** A time that no other change has. */
function timeOf(change: number): string {
  return new Date(NOON + change * 1000 + 1).toISOString();
}
