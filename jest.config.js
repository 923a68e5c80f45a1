/** One jest for the repository: TypeScript sources run through swc, packages resolve to their sources, so no build is needed. */
const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^@sluice/native$': '<rootDir>/native/src/index.ts',
    '^@sluice/(controlplane|agent|cli)$': '<rootDir>/apps/$1/src/index.ts',
    '^@sluice/([a-z]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^@sluice/([a-z]+)/(.*)$': '<rootDir>/libs/$1/src/$2.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['/dist/', '/build/'],
};

/** Suites by what they need: unit nothing, bpf root, store an etcd binary, e2e root and a built tree. */
const suite = (name, testMatch, extra = {}) => ({ ...common, displayName: name, testMatch, ...extra });

export default {
  maxWorkers: 2,
  projects: [
    suite('unit', ['<rootDir>/{libs,apps,native,test}/**/*.test.ts'], {
      testPathIgnorePatterns: ['/node_modules/', '\\.(bpf|store|e2e|vm)\\.test\\.ts$'],
    }),
    suite('bpf', ['<rootDir>/**/*.bpf.test.ts']),
    suite('store', ['<rootDir>/**/*.store.test.ts']),
    suite('e2e', ['<rootDir>/test/e2e/**/*.e2e.test.ts']),
  ],
};
