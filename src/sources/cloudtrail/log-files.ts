import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { Window } from '../../model/time/window.js';
import { excluder } from '../../storage/exclude.js';
import { listSideBySide } from '../../storage/side-by-side.js';
import type { StorageOf } from '../../storage/storage-of.js';
import type { StoredFile } from '../../storage/storage.js';
import { brokenFile } from '../broken-file.js';
import type { Unseen } from '../carrier.js';
import { DeliveredLogs } from './delivered-logs.js';
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
import { type TrailPlan, planTrail } from './trail-plan.js';

/** A log file, and what is known of it before it is read. */
export interface LogFile extends StoredFile {
  /** The day on which it was delivered, where its path tells: `2026-01-20`. */
  readonly day: string | undefined;
  /** How much of all there is to read is read when this file is, 0 to 1. */
  readonly share: number;
}

/** The log files of some places. */
export interface LogFiles {
  /** In the order of their days, each once. */
  readonly files: () => AsyncIterable<LogFile>;
  /** May the ids of days past be let go? Only when every file says its day. */
  readonly inOrderOfDays: boolean;
  /** How many files have come. */
  readonly count: () => number;
  /** What the folders of a trail lack, a sentence each; known when all files have come. */
  readonly missing: () => readonly string[];
  /** Chosen accounts and regions that no path shows; known when all files have come. */
  readonly unseen: () => readonly Unseen[];
}

/** Which files of some places are log files to read. */
export interface LogPlaces {
  /** Folders and files; what `storageOf` knows. */
  readonly places: readonly string[];
  readonly window: Window;
  /** Patterns of paths that are left out. */
  readonly exclude?: readonly string[] | undefined;
  /** Only files of these accounts and regions, as far as their paths tell. */
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
}

/**
 * The log files behind some places, each once, in the order of their days. What a trail keeps beside them
 * (digests, insights) and what other services keep below `AWSLogs/` is passed over and counted in a note.
 * Folders of days outside the window are not entered, and files of such days not opened. A trail in S3 is listed
 * day by day, when the day is due, and the files of one day are held; those of any other place all.
 */
export async function listLogFiles(
  given: LogPlaces,
  storageOf: StorageOf,
  context: ReadContext,
): Promise<LogFiles> {
  const listing = new LogListing(given, await excluder(given.exclude ?? []), storageOf, context);
  const plans: PlannedPlace[] = [];
  for (const place of given.places) {
    try {
      plans.push({ place, days: await listing.begin(place) });
      // What is planned by days may have files on any of them.
      if (plans.at(-1)!.days.size === 0) listing.checkFound(place);
    } catch (error) {
      context.reject(brokenFile(place, error));
    }
  }
  const days = new Set(plans.flatMap((plan) => [...plan.days.keys()]));
  if (days.size === 0) listing.end();
  return {
    files: () => listing.files(plans, days),
    inOrderOfDays: listing.allSayTheirDay,
    count: () => listing.count,
    missing: () => listing.missing(),
    unseen: () => listing.unseen(),
  };
}

/** A place, and what is listed day by day of it. */
interface PlannedPlace {
  readonly place: string;
  readonly days: TrailPlan['days'];
}

/** The listing of some places, and what was seen on the way. */
class LogListing {
  readonly #given: LogPlaces;
  readonly #isExcluded: (path: string, below: string) => boolean;
  readonly #storageOf: StorageOf;
  readonly #context: ReadContext;
  readonly #delivered = new DeliveredLogs();
  readonly #passedOver = new Map<string, number>();
  /** Places of which a log file was found. */
  readonly #found = new Set<string>();
  /** Files that were found before the days are listed, by id. */
  readonly #early = new Map<string, StoredFile>();
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

  /** Lists a place, but for what can be listed day by day: those places are given back. */
  async begin(place: string): Promise<TrailPlan['days']> {
    const { level } = this.#storageOf(place);
    const plan: TrailPlan =
      level === undefined
        ? { files: [], whole: [place], days: new Map() }
        : await planTrail(place, this.#given.window, {
            askLevel: level,
            isChosen: (folder) => this.#isChosen(folder.slice(0, -1), belowOf(folder, place)),
            onFolder: (folder) => this.#delivered.note(folder.slice(0, -1)),
            onOther: (folder) => this.#pass(otherService(`${folder}file`)),
          });
    for (const file of plan.files) {
      if (this.#isWanted(file.id, belowOf(file.id, place), 'file')) this.#takeEarly(file, place);
    }
    for await (const file of this.#list(plan.whole, place)) this.#takeEarly(file, place);
    return plan.days;
  }

  checkFound(place: string): void {
    if (!this.#found.has(place)) throw new SourceError('it has no log file of the window');
  }

  get allSayTheirDay(): boolean {
    return [...this.#early.values()].every((file) => dayOf(file.id) !== undefined);
  }

  /** All files, day after day; those that do not say theirs come first. */
  async *files(
    plans: readonly PlannedPlace[],
    planned: ReadonlySet<string>,
  ): AsyncGenerator<LogFile> {
    this.count = 0;
    const byDay = new Map([...planned].map((day) => [day, new Map<string, StoredFile>()]));
    for (const file of this.#early.values()) {
      const day = dayOf(file.id) ?? '';
      byDay.set(day, (byDay.get(day) ?? new Map<string, StoredFile>()).set(file.id, file));
    }
    const days = [...byDay].toSorted(([a], [b]) => compare(a, b));
    for (const [at, [day, files]] of days.entries()) {
      for (const { place, days: of } of plans) {
        try {
          for await (const file of this.#list(of.get(day) ?? [], place)) {
            if (this.#take(file, place)) files.set(file.id, file);
          }
        } catch (error) {
          this.#context.reject(brokenFile(`${place}, ${day}`, error));
        }
      }
      const sorted = [...files.values()].toSorted((a, b) => compare(a.name, b.name));
      for (const [number, file] of sorted.entries()) {
        this.count++;
        const share = (at + (number + 1) / sorted.length) / days.length;
        yield { ...file, day: dayOf(file.id), share };
      }
    }
    if (planned.size > 0) this.#endPlanned(plans);
  }

  #endPlanned(plans: readonly PlannedPlace[]): void {
    for (const { place, days } of plans) {
      try {
        if (days.size > 0) this.checkFound(place);
      } catch (error) {
        this.#context.reject(brokenFile(place, error));
      }
    }
    this.end();
  }

  /** Tells what was passed over. */
  end(): void {
    if (this.#passedOver.size > 0) {
      const parts = [...this.#passedOver]
        .toSorted()
        .map(([service, count]) => `${service} ${count}`);
      this.#context.note(
        `files passed over, which are not logs of CloudTrail: ${parts.join(', ')}`,
      );
    }
  }

  unseen(): readonly Unseen[] {
    const { accounts = [], regions = [] } = this.#given;
    this.#delivered.settle();
    return this.#delivered.unseen(accounts, regions);
  }

  missing(): readonly string[] {
    this.#delivered.settle();
    return missingLogs(this.#delivered, this.#given.window);
  }

  #list(places: readonly string[], of: string): AsyncIterable<StoredFile> {
    return listSideBySide(
      places,
      (place) =>
        this.#storageOf(place).list(place, (path, below, kind) =>
          this.#isWanted(path, place === of ? below : belowOf(path, of), kind),
        ),
      this.#context.signal,
    );
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

  #takeEarly(file: StoredFile, place: string): void {
    if (this.#take(file, place) && !this.#early.has(file.id)) this.#early.set(file.id, file);
  }

  /** Is it a log file? What is named by itself is one, whatever its path says. */
  #take(file: StoredFile, place: string): boolean {
    const isNamed = file.name === place;
    if (isNamed) this.#delivered.noteNamed(file.id);
    const service = isNamed ? undefined : otherService(file.id);
    if (service === undefined) this.#found.add(place);
    else this.#pass(service);
    return service === undefined;
  }

  #pass(service = 'others'): void {
    this.#passedOver.set(service, (this.#passedOver.get(service) ?? 0) + 1);
  }
}

/** The part of a path below a place. */
function belowOf(path: string, place: string): string {
  return path.slice(place.length).replace(/^\/+/, '').replace(/\/+$/, '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
