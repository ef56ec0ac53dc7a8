/**
 * One Jest for the whole repository. Three tiers, told apart by file name:
 *   *.spec.ts       unit: no I/O                            (beside the source)
 *   *.int-spec.ts   real Postgres, NATS, S3                 (test/ of a library or service)
 *   *.e2e-spec.ts   the real processes, and a real browser  (e2e/)
 *   *.deploy-spec.ts  what is deployed, as far as it runs without a cluster  (deploy/; `npm run test:deploy` only)
 *   *.pods-spec.ts    the same from the images, in containers                (deploy/; `npm run check:pods` only)
 */
const transform = { '^.+\\.tsx?$': ['@swc/jest'] };

/** @param {string} displayName @param {string} suffix @param {object} more */
const tier = (displayName, suffix, more = {}) => ({
  displayName,
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tools', '<rootDir>/deploy', '<rootDir>/e2e'],
  testMatch: [`**/*.${suffix}.ts`],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/\\.nx/', '/\\.shotloom/'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@shotloom/source', 'node', 'require', 'default'] },
  transform,
  ...more,
});

module.exports = {
  // For machines that are shared and slow; a test that hangs is still found.
  testTimeout: 30_000,
  // What a file loaded is not given back when it ends: after a hundred of them a process is full, so it is replaced before.
  workerIdleMemoryLimit: '1GB',
  // A file waits for Postgres, NATS and processes most of its time: two share two cores well.
  maxWorkers: 2,
  projects: [
    tier('unit', 'spec'),
    tier('int', 'int-spec', {
      globalSetup: '<rootDir>/libs/testing/src/jest/global-setup.ts',
      globalTeardown: '<rootDir>/libs/testing/src/jest/global-teardown.ts',
    }),
    tier('e2e', 'e2e-spec'),
    tier('deploy', 'deploy-spec'),
    tier('pods', 'pods-spec'),
  ],
};
