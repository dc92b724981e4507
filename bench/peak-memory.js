// Preloaded into a program (node --import): tells at its end how much memory it used at its peak.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env['PEAK_MEMORY_FILE'];
  if (file) writeFileSync(file, String(peak())); // KB
});

/** On Linux `maxRSS` begins with what the process that started this one had. */
function peak() {
  const status = '/proc/self/status';
  const text = existsSync(status) ? readFileSync(status, 'utf8') : '';
  return /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? process.resourceUsage().maxRSS;
}
