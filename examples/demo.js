// Runs the built program with the example sessions in a DynamoDB over HTTP. Needs no AWS account.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// Node 20 is supported; without this the SDK prints a warning about its version.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const { startDemoTable } = await import('./demo-table.js');

const PROGRAM = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
/** Command lines with their exit codes; 1 means findings. */
const COMMANDS = /** @type {const} */ ([
  ['export --since 2026-01-17 --until 2026-01-20', 0],
  ['server-sessions --all --until 2026-01-22 --limit 6', 0],
  ['untracked-sessions --since 2026-01-17 --until 2026-01-24 --events examples/data/AWSLogs', 1],
  [
    'session-compliance --since 2026-01-17 --until 2026-01-24 --events examples/data/AWSLogs --policy examples/policy.yaml',
    1,
  ],
]);

const table = await startDemoTable();
try {
  for (const [command, expected] of COMMANDS) {
    console.log(`$ sentinel-audit ${command}`);
    const child = spawn(process.execPath, [PROGRAM, ...command.split(' ')], {
      env: { ...process.env, ...table.environment },
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [code] = await once(child, 'exit');
    if (code !== expected) process.exitCode = code || 3;
    console.log(`(exit code ${code})\n`);
  }
} finally {
  table.close();
}
