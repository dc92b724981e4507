import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: process.env['NEWEST_TRINO_URL'] === undefined ? ['test/trino/newest/**'] : [],
    globalSetup: ['test/support/setup.ts', ...(mode === 'trino' ? ['test/trino/server.ts'] : [])],
    setupFiles: mode === 'trino' ? ['test/trino/skip.ts'] : [],
    testTimeout: 600_000, // for what hangs: no test is to fail because the machine is busy
    hookTimeout: 600_000,
    pool: 'forks',
    isolate: false,
    server: { deps: { inline: ['dt-sql-parser'] } }, // its modules do not load in plain Node
    maxWorkers: mode === 'trino' ? 1 : 3, // most of the time is spent waiting for other processes
    env: {
      // Node 20 is supported; the SDK would say on standard error that it will not be for ever.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  },
}));
