import { defineConfig } from 'vitest/config';

/** For `npm run mutants`: the fast tests of the folders whose code is mutated. They run in a thread. */
export default defineConfig({
  test: {
    include: ['test/{model,audit,transforms}/**/*.test.ts'],
    exclude: ['test/model/naive-audit.test.ts'], // slow, and its worlds differ from run to run
    setupFiles: ['test/support/same-worlds.ts'],
    isolate: false,
    testTimeout: 600_000, // no test is to fail because the machine is busy
  },
});
