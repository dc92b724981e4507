// Preloaded into a program (node --import): tells at its end how much CPU and memory it used.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

process.on('exit', () => {
  const file = process.env['USAGE_FILE'];
  const { user, system } = process.cpuUsage();
  if (file && isMainThread) {
    writeFileSync(file, JSON.stringify({ cpu: (user + system) / 1e6, peak: peak() / 1024 }));
  }
});

/** KB. On Linux `maxRSS` begins with what the process that started this one had. */
function peak() {
  const status = '/proc/self/status';
  const text = existsSync(status) ? readFileSync(status, 'utf8') : '';
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? process.resourceUsage().maxRSS);
}
