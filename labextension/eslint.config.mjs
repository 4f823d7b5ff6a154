import js from '@eslint/js';
import a11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What each room may not import: the direction is index → plugins → panels, views → models → api, components under all. */
const ROOMS = {
  api: ['**/models/*', '**/components/*', '**/panels/**', '**/views/**', '**/plugins/*', 'react', '@lumino/widgets'],
  models: ['**/components/*', '**/panels/**', '**/views/**', '**/plugins/*', 'react', '@lumino/widgets'],
  components: ['**/panels/**', '**/views/**', '**/plugins/*', '**/api/client', '**/api/live', '**/api/operations'],
  panels: ['**/views/**', '**/plugins/*', '**/api/operations'],
  views: ['**/panels/**', '**/plugins/*']
};

export default tseslint.config(
  { ignores: ['lib', 'node_modules', 'src/api/gql'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['src/**/*.{ts,tsx}', 'tests/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks, 'jsx-a11y': a11y },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.flatConfigs.strict.rules,
      // The scrolling frames of log, output and tracebacks must be reachable by the keyboard.
      'jsx-a11y/no-noninteractive-tabindex': 'off',
      // Lists without bullets lose their role in some browsers unless it is said.
      'jsx-a11y/no-redundant-roles': ['error', { ul: ['list'] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-globals': ['error', 'fetch', 'localStorage', 'sessionStorage'],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Texts of users become text nodes.' },
        { selector: "AssignmentExpression[left.property.name=/^(inner|outer)HTML$/]", message: 'Texts of users become text nodes.' },
        { selector: "CallExpression[callee.property.name='insertAdjacentHTML']", message: 'Texts of users become text nodes.' }
      ],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }]
    }
  },
  ...Object.entries(ROOMS).map(([room, group]) => ({
    files: [`src/${room}/**/*.{ts,tsx}`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group, allowTypeImports: true }] }] }
  }))
);
