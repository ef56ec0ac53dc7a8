import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import globals from 'globals';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Who may depend on whom: the architecture as an error. Every project has exactly one `type:` and one `scope:`. */
const depConstraints = [
  { sourceTag: 'type:util', onlyDependOnLibsWithTags: ['type:util'] },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: ['type:util'], allowedExternalImports: ['zod'] },
  { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['type:util', 'type:contract', 'type:infra'] },
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:util', 'type:contract', 'type:infra'] },
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:util', 'type:contract', 'type:infra', 'type:domain'],
  },
  { sourceTag: 'type:client', onlyDependOnLibsWithTags: ['type:contract', 'type:client'] },
  {
    sourceTag: 'type:testing',
    onlyDependOnLibsWithTags: [
      'type:util',
      'type:contract',
      'type:infra',
      'type:domain',
      'type:client',
      'type:testing',
    ],
  },
  // Infra: a benchmark commits events with the outbox of the services, as one more replica of theirs would.
  {
    sourceTag: 'type:tool',
    onlyDependOnLibsWithTags: ['type:util', 'type:contract', 'type:infra', 'type:testing'],
  },
];

/** One door to each outside system: its client library may be imported behind that door only. */
const doors = [
  { library: '@nats-io/*', home: 'libs/bus/**' },
  { library: 'minio', home: 'libs/object-store/**' },
  { library: 'pg', home: 'libs/database/**' },
  { library: 'pino', home: 'libs/service-kit/**' },
];

const closed = ({ library, home }) => ({ group: [library], message: `Only ${home} talks to it.` });

const tests = [
  '**/*.spec.ts',
  '**/*.int-spec.ts',
  '**/*.e2e-spec.ts',
  '**/*.deploy-spec.ts',
  '**/test/**',
  'e2e/**',
  'libs/testing/**',
  'deploy/**',
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.nx/**',
      '.shotloom/**',
      'coverage/**',
      '**/files/**',
      'static/**',
    ],
  },
  js.configs.recommended,
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './services/console/tsconfig.json', './e2e/console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-exports': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 15],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints, banTransitiveDependencies: false },
      ],
    },
  },
  {
    files: ['libs/**/*.ts', 'services/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'TSEnumDeclaration',
          message: 'Use a union of string literals: it crosses wires as it is.',
        },
        { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
      ],
    },
  },
  {
    files: ['libs/**/*.ts', 'services/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-imports': ['error', { patterns: doors.map(closed) }] },
  },
  ...doors.map((open) => ({
    files: [open.home],
    ignores: tests,
    rules: {
      'no-restricted-imports': ['error', { patterns: doors.filter((door) => door !== open).map(closed) }],
    },
  })),
  {
    files: ['services/console/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules, 'no-restricted-syntax': 'off' },
    languageOptions: { globals: globals.browser },
  },
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@nx/enforce-module-boundaries': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: [
      'deploy/**',
      'tools/**',
      'services/*/src/{migrate,topology,roles,seed-demo,seed-credential,make-admin}.ts',
    ],
    rules: { 'no-console': 'off' },
  },
);
