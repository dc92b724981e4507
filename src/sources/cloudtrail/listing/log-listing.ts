import { SourceError } from '../../../errors.js';
import type { ReadContext } from '../../../pipeline/read-context.js';
import { listSideBySide } from '../../../storage/side-by-side.js';
import type { StorageOf } from '../../../storage/storage-of.js';
import type { StoredFile } from '../../../storage/storage.js';
import { brokenFile } from '../../broken-file.js';
import type { Unseen } from '../../carrier.js';
import { DeliveredLogs } from './delivered-logs.js';
import type { LogFile, LogPlaces } from './log-file.js';
import {
  accountAbove,
  accountOf,
  dayOf,
  folderMayBeIn,
  mayBeIn,
  otherService,
  regionOf,
} from './log-path.js';
import { missingLogs } from './missing-logs.js';
import { type TrailListing, type TrailPlan, planMonth, planTrail } from './trail-plan.js';

/** A place, and what of it is listed month by month. */
export interface PlannedPlace {
  readonly place: string;
  readonly months: TrailPlan['months'];
}

/** The files of some days, by id; those that do not say theirs stand under an empty text. */
type FilesByDay = Map<string, Map<string, StoredFile>>;

/** The listing of some places, and what was seen on the way. */
export class LogListing {
  readonly #given: LogPlaces;
  readonly #isExcluded: (path: string, below: string) => boolean;
  readonly #storageOf: StorageOf;
  readonly #context: ReadContext;
  readonly #delivered = new DeliveredLogs();
  readonly #passedOver = new Map<string, number>();
  /** Places of which a log file was found, or of which it was said what is wrong with them. */
  readonly #told = new Set<string>();
  /** Files that were found before months are listed, by id. */
  readonly #early = new Map<string, StoredFile>();
  #isEnded = false;
  #lateSaidTheirDay = true;
  #earlySaidTheirDay: boolean | undefined;
  count = 0;

  constructor(
    given: LogPlaces,
    isExcluded: (path: string, below: string) => boolean,
    storageOf: StorageOf,
    context: ReadContext,
  ) {
    this.#given = given;
    this.#isExcluded = isExcluded;
    this.#storageOf = storageOf;
    this.#context = context;
  }

  /** Of the files that have come, and of all that were found before months are listed. */
  get allSaidTheirDay(): boolean {
    this.#earlySaidTheirDay ??= [...this.#early.values()].every(
      (file) => dayOf(file.id) !== undefined,
    );
    return this.#earlySaidTheirDay && this.#lateSaidTheirDay;
  }

  /** Lists a place, but for what can be listed month by month, which is given back. */
  async begin(place: string): Promise<TrailPlan['months']> {
    const { level } = this.#storageOf(place);
    if (level === undefined) {
      for await (const file of this.#list([place], place)) this.#early.set(file.id, file);
      return new Map();
    }
    const { files, whole, months } = await planTrail(place, this.#trailOf(place, level));
    for (const file of this.#wanted(files, place)) this.#early.set(file.id, file);
    for await (const file of this.#list(whole, place)) this.#early.set(file.id, file);
    return months;
  }

  /** All files, day after day; those that do not say theirs come first, and of a month before its days. */
  async *files(plans: readonly PlannedPlace[]): AsyncGenerator<LogFile> {
    this.count = 0;
    const early: FilesByDay = new Map();
    for (const file of this.#early.values()) addTo(early, file);
    const months = new Set([...early.keys()].map(monthOf));
    for (const plan of plans) for (const month of plan.months.keys()) months.add(month);
    for (const [at, month] of [...months].toSorted().entries()) {
      const days: FilesByDay = new Map([...early].filter(([day]) => monthOf(day) === month));
      const due = await Promise.all(
        plans.map(async ({ place, months: of }) => ({
          place,
          days: await this.#beginMonth(place, of.get(month) ?? [], days),
        })),
      );
      for (const plan of due)
        for (const day of plan.days.keys()) if (!days.has(day)) days.set(day, new Map());
      const sorted = [...days].toSorted(([a], [b]) => compare(a, b));
      for (const [number, [day, found]] of sorted.entries()) {
        for (const { place, days: of } of due) {
          for await (const file of this.#list(of.get(day) ?? [], place)) {
            if (dayOf(file.id) !== day) this.#lateSaidTheirDay = false;
            if (!this.#early.has(file.id)) found.set(file.id, file);
          }
        }
        const begun = (at + number / sorted.length) / months.size;
        yield* this.#inOrder(found, day, begun, 1 / sorted.length / months.size);
      }
    }
    this.end();
  }

  /** Files beside the days of a month join those without a day; the folders of its days are given back. */
  async #beginMonth(
    place: string,
    folders: readonly string[],
    into: FilesByDay,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const { level } = this.#storageOf(place);
    if (level === undefined || folders.length === 0) return new Map();
    const { files, whole, days } = await planMonth(folders, this.#trailOf(place, level));
    for (const file of this.#wanted(files, place)) addTo(into, file);
    for await (const file of this.#list(whole, place)) addTo(into, file);
    if (into.has('')) this.#lateSaidTheirDay = false;
    return days;
  }

  *#inOrder(
    files: ReadonlyMap<string, StoredFile>,
    day: string,
    begun: number,
    part: number,
  ): Generator<LogFile> {
    const sorted = [...files.values()].toSorted((a, b) => compare(a.name, b.name));
    for (const [number, file] of sorted.entries()) {
      this.count++;
      const share = begun + (part * (number + 1)) / sorted.length;
      yield { ...file, day: day === '' ? undefined : day, share };
    }
  }

  /** Tells what was passed over, and which places had no file. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const place of this.#given.places.filter((one) => !this.#told.has(one))) {
      this.reject(place, place, new SourceError('it has no log file of the window'));
    }
    if (this.#passedOver.size === 0) return;
    const parts = [...this.#passedOver].toSorted().map(([service, count]) => `${service} ${count}`);
    this.#context.note(`files passed over, which are not logs of CloudTrail: ${parts.join(', ')}`);
  }

  /** Rejects a part of a place that cannot be listed. */
  reject(part: string, place: string, error: unknown): void {
    this.#told.add(place);
    this.#context.reject(brokenFile(part, error));
  }

  missing(): readonly string[] {
    this.#delivered.settle();
    return missingLogs(this.#delivered, this.#given.window);
  }

  unseen(): readonly Unseen[] {
    const { accounts = [], regions = [] } = this.#given;
    this.#delivered.settle();
    return this.#delivered.unseen(accounts, regions);
  }

  #trailOf(place: string, askLevel: TrailListing['askLevel']): TrailListing {
    return {
      window: this.#given.window,
      askLevel,
      isChosen: (folder) => {
        const path = folder.slice(0, -1);
        return !/\/\.[^/]*$/.test(path) && this.#isChosen(path, belowOf(folder, place));
      },
      onFolder: (folder) => this.#delivered.note(folder.slice(0, -1)),
      onOther: (folder) => this.#pass(otherService(`${folder}file`)),
      onError: (folder, error) => this.reject(folder, place, error),
    };
  }

  /** The log files of some places below one; a place that cannot be listed is rejected. */
  #list(places: readonly string[], of: string): AsyncIterable<StoredFile> {
    const list = async function* (listing: LogListing, place: string): AsyncGenerator<StoredFile> {
      const found = listing
        .#storageOf(place)
        .list(place, (path, below, kind) =>
          listing.#isWanted(path, place === of ? below : belowOf(path, of), kind),
        );
      try {
        for await (const file of found) if (listing.#isLog(file, of)) yield file;
      } catch (error) {
        listing.reject(place, of, error);
      }
    };
    return listSideBySide(places, (place) => list(this, place), this.#context.signal);
  }

  *#wanted(files: readonly StoredFile[], place: string): Generator<StoredFile> {
    for (const file of files) {
      const isWanted =
        file.name === place || this.#isWanted(file.id, belowOf(file.id, place), 'file');
      if (isWanted && this.#isLog(file, place)) yield file;
    }
  }

  #isWanted(path: string, below: string, kind: 'folder' | 'file'): boolean {
    if (!this.#isChosen(path, below)) return false;
    this.#delivered.note(path);
    const { window } = this.#given;
    return kind === 'folder' ? folderMayBeIn(path, window) : mayBeIn(path, window);
  }

  #isChosen(path: string, below: string): boolean {
    const { accounts, regions } = this.#given;
    if (below !== '' && this.#isExcluded(path, below)) return false;
    const [account, region] = [accountAbove(path) ?? accountOf(path), regionOf(path)];
    const isIn = (one: string | undefined, chosen: readonly string[] | undefined): boolean =>
      one === undefined || chosen === undefined || chosen.includes(one);
    return isIn(account, accounts) && isIn(region, regions);
  }

  /** Is it a log file? What is named by itself is one, whatever its path says. */
  #isLog(file: StoredFile, place: string): boolean {
    const isNamed = file.name === place;
    if (isNamed) this.#delivered.noteNamed(file.id);
    const service = isNamed ? undefined : otherService(file.id);
    if (service === undefined) this.#told.add(place);
    else this.#pass(service);
    return service === undefined;
  }

  #pass(service = 'others'): void {
    this.#passedOver.set(service, (this.#passedOver.get(service) ?? 0) + 1);
  }
}

function addTo(days: FilesByDay, file: StoredFile): void {
  const day = dayOf(file.id) ?? '';
  days.set(day, (days.get(day) ?? new Map<string, StoredFile>()).set(file.id, file));
}

/** `2026-01`; of no day, an empty text. */
function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** The part of a path below a place. */
function belowOf(path: string, place: string): string {
  return path.slice(place.length).replace(/^\/+/, '').replace(/\/+$/, '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
