// Lint rules: typescript-eslint's strict set, with the type-aware rules that catch lost promises and forgotten cases.
import svelte from 'eslint-plugin-svelte'
import tseslint from 'typescript-eslint'
import { swallowedError } from './scripts/swallowed-error.mjs'

export default tseslint.config(
  {
    ignores: ['node_modules', '.dependency-cruiser.cjs', 'build', 'dist', 'coverage', 'test/fixtures', 'bench/results'],
  },
  tseslint.configs.strict,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'renderer/tsconfig.json', 'test/e2e/tsconfig.json', 'preload/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'max-lines': ['error', { max: 400, skipBlankLines: false }],
    },
  },
  {
    // The system's own figures do not know a container's limit.
    files: ['main/**'],
    ignores: ['main/engine/runtime/machine-memory.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:os',
              importNames: ['totalmem', 'freemem'],
              message: 'Use totalMemory and freeMemory of main/engine/runtime/machine-memory.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['main/**', 'renderer/**', 'preload/**', 'scripts/**'],
    plugins: { studio: { rules: { 'swallowed-error': swallowedError } } },
    rules: { 'studio/swallowed-error': 'error' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // The address behind '#' is ours: there is no SvelteKit whose resolver could make it.
      'svelte/no-navigation-without-resolve': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  {
    // People read what these print.
    files: ['main/hosts/cli/**', 'bench/**', 'scripts/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // A test knows what its fixture holds.
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['main/engine/autodiff/rules/**', 'main/engine/graph/**'],
    rules: { 'max-lines': 'off' },
  },
)
