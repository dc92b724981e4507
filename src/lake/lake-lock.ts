import { randomBytes } from 'node:crypto';
import { SYSTEM_CLOCK } from '../aws/clock.js';
import { lateSignal } from '../aws/http/late-signal.js';
import { SinkError } from '../errors.js';
import type { Run } from '../run/run.js';

/** A run holds a lake for so long without saying again that it does; one that was killed says nothing. */
const LEASE = 15_000;
const RENEWAL = 5_000;
const POLL = 500;

/**
 * Holds a lake while `work` writes to it, so that two runs do not take each other's rows away: another run waits. The
 * file that says so is hidden, and is taken over when the run that wrote it was killed, after 15 seconds. It is
 * removed also when the run is interrupted.
 *
 * @throws SinkError when another run took the lake over, because this one slept for too long.
 */
export async function holdingLake(
  folder: string,
  { world, context: { signal, note } }: Run,
  work: () => Promise<void>,
): Promise<void> {
  const place = `${folder}/.lake.lock`;
  const storage = world.storageOf(place);
  const own = randomBytes(8).toString('hex');
  // Whether the lock was written must be known: a request that is cut off may still write it.
  const late = lateSignal(signal);
  await storage.makeFolder?.(folder);
  let turn = 0;
  const replace = (version: string | undefined): Promise<boolean> =>
    storage.replaceShared!(place, `${own} ${++turn}\n`, version, late);
  const isOwn = async (): Promise<string | undefined> => {
    const held = await storage.readShared!(place, late);
    return held?.text.startsWith(`${own} `) === true ? held.version : undefined;
  };
  const remove = async (): Promise<void> => {
    if ((await isOwn()) !== undefined) await storage.remove?.(place, late);
  };

  /** The lock of another run, and since when it has been seen as it is: no two clocks are compared. */
  let seen: { readonly version: string; readonly since: number } | undefined;
  let renewal: NodeJS.Timeout | undefined;
  let renewing = Promise.resolve();
  let isLost = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const held = await storage.readShared!(place, signal);
      const now = SYSTEM_CLOCK.now();
      if (held === undefined || (seen?.version === held.version && now - seen.since > LEASE)) {
        if (await replace(held?.version)) break;
      } else if (seen?.version !== held.version) {
        if (seen === undefined) note(`another run writes to ${folder}: waiting for it`);
        seen = { version: held.version, since: now };
      }
      await SYSTEM_CLOCK.sleep(POLL, signal);
    }
    renewal = setInterval(() => {
      renewing = isOwn()
        .then(async (version) => {
          if (version === undefined || !(await replace(version))) isLost = true;
        })
        .catch(() => {}); // what cannot be asked for now may be in five seconds
    }, RENEWAL);
    signal.throwIfAborted();
    await work();
    if (isLost) throw new SinkError(`another run wrote to ${folder} meanwhile: run this again`);
  } finally {
    clearInterval(renewal);
    await renewing;
    if (turn > 0 && !isLost) await remove().catch(() => {});
  }
}
