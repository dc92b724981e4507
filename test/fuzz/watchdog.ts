import { Worker } from 'node:worker_threads';

/** Longer than anything takes on the slowest machine. */
const PATIENCE = 300_000;

const CODE = `
  const { parentPort } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  let timer;
  parentPort.on('message', (what) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      writeSync(2, 'never ends: ' + what + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }, ${PATIENCE});
  });`;

/** Ends this process when it has been busy with one thing for minutes, and says with what: no timer here would run. */
export function startWatchdog(): { watch: (what: string) => void; stop: () => void } {
  const worker = new Worker(CODE, { eval: true });
  worker.unref();
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a thread, not a window
    watch: (what) => worker.postMessage(what),
    stop: () => void worker.terminate(),
  };
}
