// Preloaded into a program (node --import): tells at its end how much memory it used at its peak.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env['PEAK_MEMORY_FILE'];
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS)); // KB
});
