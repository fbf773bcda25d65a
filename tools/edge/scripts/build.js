// Builds the uploaded code from each function's text. In (JSON): {texts: {name: text}, parts: whether the benchmark
// must be able to call the sources' own functions}. Out: {name: code}.
const { readFileSync } = require('fs');
const acorn = require('acorn');
const { minify } = require('terser');
const { nodesOf, withArrays } = require('./records.js');

const SMALL = {
  passes: 3,
  inline: false, // it declares a `var` after its uses
  // A function that is called once would become a closure: created by each request, and in an async function frozen
  // at its first await.
  reduce_funcs: false,
};
const OPEN = '$0';
const IMPORTS = /^(import[^;]+;)*/;
// Inline numeric constants, as in the full build; keep all functions.
const IN_PARTS = { defaults: false, evaluate: true, reduce_vars: true, reduce_funcs: false, unused: true };

// Takes the constant out of the tree, whose uses terser would fold away: the template puts another value in its place.
function opened(tree) {
  const before = tree.body.length;
  tree.body = tree.body.filter((node) => node.type !== 'VariableDeclaration' || node.declarations[0].id.name !== 'STABLE_AT');
  for (const node of nodesOf(tree)) if (node.name === 'STABLE_AT') node.name = OPEN;
  return tree.body.length < before;
}

async function built(text, parts) {
  const tree = acorn.parse(text, { ecmaVersion: 2020, sourceType: 'module' });
  withArrays(tree);
  const isOpen = opened(tree);
  // The lint guarantees that no constant is reassigned.
  for (const node of nodesOf(tree)) if (node.type === 'VariableDeclaration') node.kind = 'let';
  const { code } = await minify(tree, {
    parse: { spidermonkey: true },
    ecma: 5, // no syntax newer than in the sources
    compress: { ...(parts ? IN_PARTS : SMALL), arrows: false, toplevel: true, top_retain: ['handler', 'part'] },
    mangle: parts ? false : { toplevel: true, reserved: ['handler'] },
    format: { ascii_only: true, max_line_len: 4000, quote_style: 1 },
  });
  return code.replace(IMPORTS, isOpen ? `$&let ${OPEN}='/v1';` : '$&') + '\n';
}

async function main() {
  const { texts, parts } = JSON.parse(readFileSync(0, 'utf8'));
  const codes = {};
  for (const [name, text] of Object.entries(texts)) codes[name] = await built(text, parts);
  process.stdout.write(JSON.stringify(codes));
}

main().catch((error) => {
  process.stderr.write(error.message + '\n');
  process.exitCode = 1;
});
