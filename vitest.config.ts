import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Every test runs on the embedded store; with TEST_MONGODB_URI those that use a store run on MongoDB as well. */
const common = {
  // What hangs is ended; a busy machine may take several times as long as an idle one.
  testTimeout: 90_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 15_000 } },
  // Twice the cores of a small machine: many tests wait, for a process to start, a page to load or a time to pass.
  maxWorkers: 4,
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

/** What measures how long something takes: alone, after everything else, so that it measures nothing else. */
const measures = ['test/flows/{pages-many,pages-speed}.test.ts'];
const alone = { maxWorkers: 1, sequence: { groupOrder: 1 } };

/** What runs on one store: together, and what measures. */
const projectsOn = (name: string, folders: string, env: Record<string, string>) => [
  { resolve, test: { ...onStore, name, include: [`test/${folders}/**/*.test.ts`], exclude: measures, env } },
  { resolve, test: { ...onStore, ...alone, name: `${name}-measures`, include: measures, env } },
];

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts', 'test/support/keep-little.ts'],
    projects: [
      { test: { ...common, pool: 'threads', name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      ...projectsOn('embedded', '{flows,faults,browser,conformance}', { TEST_STORE: 'embedded' }),
      ...(uri
        ? projectsOn('mongodb', '{flows,faults,conformance}', { TEST_STORE: 'mongodb', TEST_MONGODB_URI: uri })
        : []),
    ],
  },
});
