import { defineConfig } from 'vitest/config';

/** Every test runs on the embedded store; with TEST_MONGODB_URI those that use a store run on MongoDB as well. */
const common = {
  testTimeout: 40_000,
  hookTimeout: 60_000,
  pool: 'forks' as const,
  maxWorkers: 2,
};
const uri = process.env.TEST_MONGODB_URI;

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    projects: [
      { test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          ...common,
          name: 'embedded',
          include: ['test/{flows,faults,browser,conformance}/**/*.test.ts'],
          env: { TEST_STORE: 'embedded' },
        },
      },
      ...(uri
        ? [
            {
              test: {
                ...common,
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
