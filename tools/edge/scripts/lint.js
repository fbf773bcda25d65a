// Runs ESLint. In (JSON): {sources: {name: text}, built: {name: text}, headers: names that CloudFront restricts}.
// Out: the problems, each as `name:line: message`.
const { readFileSync } = require('fs');
const { Linter } = require('eslint');
const { config } = require('./njs_rules.js');

const { sources, built, headers } = JSON.parse(readFileSync(0, 'utf8'));
const linter = new Linter();
const problems = [];
for (const [texts, isBuilt] of [[sources, false], [built, true]]) {
  for (const [name, text] of Object.entries(texts)) {
    for (const found of linter.verify(text, config(headers, isBuilt))) {
      problems.push(`${name}:${found.line}: ${found.message}`);
    }
  }
}
process.stdout.write(JSON.stringify(problems));
