import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Every test runs on the embedded store; with TEST_MONGODB_URI those that use a store run on MongoDB as well. */
const common = {
  testTimeout: 40_000,
  hookTimeout: 60_000,
  // One more than the cores of a small machine: many tests wait, for a process to start or a time to pass.
  maxWorkers: 3,
};

/** Files take turns in a process that has loaded the application once. Each leaves the process as it found it. */
const onStore = {
  ...common,
  pool: 'forks' as const,
  isolate: false,
  unstubEnvs: true,
  unstubGlobals: true,
  setupFiles: ['test/support/tidy.ts'],
};
const uri = process.env.TEST_MONGODB_URI;

/** The embedded store's thread runs compiled: from source, each store's would load a TypeScript loader first. */
const resolve = {
  alias: [
    {
      find: './worker-thread.js',
      replacement: fileURLToPath(new URL('test/support/worker-thread.ts', import.meta.url)),
    },
  ],
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    projects: [
      { test: { ...common, pool: 'threads', name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        resolve,
        test: {
          ...onStore,
          name: 'embedded',
          include: ['test/{flows,faults,browser,conformance}/**/*.test.ts'],
          env: { TEST_STORE: 'embedded' },
        },
      },
      ...(uri
        ? [
            {
              resolve,
              test: {
                ...onStore,
                name: 'mongodb',
                include: ['test/{flows,faults,conformance}/**/*.test.ts'],
                env: { TEST_STORE: 'mongodb', TEST_MONGODB_URI: uri },
              },
            },
          ]
        : []),
    ],
  },
});
