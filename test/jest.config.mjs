// One Jest project for the whole suite; ES modules as they are, types stripped by Node itself.
export default {
  rootDir: '..',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.mjs' },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // Real servers on a busy machine of two cores: a limit that only ends what hangs.
  testTimeout: 300_000,
  // Three on two cores: many files wait for a browser, a process or a clock meanwhile.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
}
