// Runs ESLint's recommended rules. In (JSON): {name: text} of ES modules. Out: the problems, as `name:line: message`.
const { readFileSync } = require('fs');
const js = require('@eslint/js');
const { Linter } = require('eslint');

const GLOBALS = ['Buffer', 'Headers', 'Request', 'URL', 'console', 'globalThis', 'performance', 'process'];
const config = {
  languageOptions: { ecmaVersion: 2022, globals: Object.fromEntries(GLOBALS.map((name) => [name, 'readonly'])) },
  rules: {
    ...js.configs.recommended.rules,
    'no-unused-vars': ['error', { varsIgnorePattern: '^_+$' }],
    'no-control-regex': 'off', // baggage and JSON are told by them
    ...{ eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error' },
  },
};
const linter = new Linter();
const problems = Object.entries(JSON.parse(readFileSync(0, 'utf8'))).flatMap(([name, text]) =>
  linter.verify(text, config).map((found) => `${name}:${found.line}: ${found.message}`),
);
process.stdout.write(JSON.stringify(problems));
