// The main job on the example sessions: the real program, asking a DynamoDB over HTTP. Needs no AWS account.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// Node 20 is supported; without this the SDK would say here that it will not be for ever.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const { startDemoTable } = await import('./demo-table.js');

const PROGRAM = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const COMMANDS = [
  'export --since 2026-01-17 --until 2026-01-20',
  'server-sessions --all --until 2026-01-22 --limit 6',
  'server-sessions --status revoked --json',
];

const table = await startDemoTable();
try {
  for (const command of COMMANDS) {
    console.log(`$ sentinel-audit ${command}`);
    const child = spawn(process.execPath, [PROGRAM, ...command.split(' ')], {
      env: { ...process.env, ...table.environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) process.exitCode = code ?? 1;
    console.log();
  }
} finally {
  table.close();
}
