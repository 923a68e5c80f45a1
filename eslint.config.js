import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import ts from 'typescript-eslint';

/**
 * Imports run one way: apps -> libs -> native (docs/architecture.md). The pure libraries know neither etcd nor BPF, the clock
 * nor NestJS; only datapath knows BPF, only store knows etcd, only the control plane knows NestJS.
 */
const forbid = (files, group, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: group.map((g) => ({ group: g, message })) }] },
});
const NATIVE = ['@sluice/native', '@sluice/native/*'];
const ETCD = ['etcd3', 'etcd3/*'];
const NEST = ['@nestjs/*'];
const DATAPATH = ['@sluice/datapath', '@sluice/datapath/*'];
const STORE = ['@sluice/store', '@sluice/store/*', '@sluice/ipam'];
const APPS = ['@sluice/controlplane', '@sluice/agent', '@sluice/cli'];
const SYSTEM = ['node:fs', 'node:fs/*', 'node:child_process', 'node:net', 'node:timers', 'node:timers/*'];

export default ts.config(
  { ignores: ['**/dist/**', '**/build/**', '**/node_modules/**', '**/generated/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...ts.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.eslint.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
  },
  forbid(['native/src/**'], [['@sluice/*']], 'native imports nothing of Sluice'),
  forbid(
    ['libs/{labels,policy,identity,flows}/src/**'],
    [NATIVE, ETCD, NEST, DATAPATH, STORE, APPS, SYSTEM],
    'labels, policy, identity and flows are pure: no etcd, no BPF, no system, no NestJS',
  ),
  forbid(['libs/datapath/src/**'], [ETCD, NEST, STORE, APPS], 'datapath knows BPF only'),
  forbid(['libs/{store,ipam}/src/**'], [NATIVE, NEST, DATAPATH, APPS], 'store knows etcd only'),
  forbid(
    ['libs/{api,telemetry,lab}/src/**'],
    [NATIVE, ETCD, NEST, APPS],
    'libs import no apps, no etcd3, no NestJS',
  ),
  forbid(
    ['apps/controlplane/src/**'],
    [NATIVE, ETCD, DATAPATH],
    'the control plane reaches etcd through store and has no data path',
  ),
  forbid(
    ['apps/agent/src/**'],
    [NATIVE, ETCD, NEST],
    'the agent reaches BPF through datapath, etcd through store; no NestJS in it',
  ),
  forbid(
    ['apps/cli/src/**'],
    [NATIVE, ETCD, NEST, DATAPATH],
    'the CLI speaks to the API and the agent socket',
  ),
  forbid(
    ['apps/cli/src/kernel/**'],
    [NATIVE, ETCD, NEST],
    'only here the CLI has a data path, for `policy test --engine kernel`; loaded where it is asked for',
  ),
  {
    files: ['**/*.test.ts', '**/test/**'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  prettier,
);
