// ESLint rules for src/edge and the built code: what njs rejects, or accepts but executes wrongly.
// Sources: CloudFront's runtime 2.0 page, reports of production failures, and tests with njs 0.7.9.
const HASH = 'njs counts code points, so a hash of these disagrees on emoji; use the native digest';
const METHODS = {
  flat: 'Array.flat is not there',
  at: '.at is not there; use an index',
  fromEntries: 'Object.fromEntries is not there',
  hasOwn: 'Object.hasOwn is not there',
  matchAll: '.matchAll is not there',
  replaceAll: '.replaceAll is not there before njs 0.7.10; use split and join',
  localeCompare: '.localeCompare is not there',
  then: 'promise chains use closures and memory; await one after the other',
  all: 'Promise.all with a key value store uses memory and is not faster; await one after the other',
  imul: 'hashing in JavaScript costs 3 to 9 times more than the native digest; use crypto',
  charCodeAt: HASH,
  codePointAt: HASH,
};
const GLOBALS = {
  eval: 'CloudFront has no eval',
  Function: 'CloudFront has no new Function',
  Map: 'CloudFront has no Map; use an object',
  Set: 'CloudFront has no Set; use an object',
  WeakMap: 'CloudFront has no WeakMap',
  Proxy: 'CloudFront has no Proxy',
  Reflect: 'CloudFront has no Reflect',
  BigInt: 'CloudFront has no BigInt',
  setTimeout: 'CloudFront has no timers',
  setInterval: 'CloudFront has no timers',
  process: 'CloudFront has no process',
};
const SYNTAX = {
  ForOfStatement: 'njs rejects for-of; count with an index',
  'ObjectPattern, ArrayPattern': 'njs rejects destructuring; read each field by its name',
  AssignmentPattern: 'njs rejects default parameters; give every argument',
  'SpreadElement, RestElement': 'njs rejects spread; use concat, or a loop',
  ChainExpression: 'njs rejects ?.; use &&',
  "LogicalExpression[operator='??']": '?? is not listed for CloudFront; use || or ?:',
  'AssignmentExpression[operator=/^(&&|[|][|]|[?][?])=$/]': 'njs rejects ||=, &&= and ??=; use if',
  'CatchClause:not([param])': 'njs rejects catch without a name; write catch (e)',
  ':matches(ClassDeclaration, ClassExpression)': 'njs has no classes; use functions',
  ':function[generator=true]': 'njs has no generators; use a loop',
  TemplateLiteral: 'the sources have no template literal; write it with +',
  "MemberExpression[object.name='Array'][property.name='from']": 'Array.from is not there before njs 0.8; use a loop',
  "MemberExpression[property.name='subtle']": 'crypto.subtle is not there; use createHash and createHmac',
  "MemberExpression[object.name='console'][property.name!='log']": 'console.log is the only method of console',
  'Literal[regex.flags=/[^gimy]/]': 'njs knows the flags g, i, m and y',
  'Literal[regex.pattern=/[(][?]<[=!]|[\\\\][pP][{]/]': 'lookbehind and \\p{} are not listed for CloudFront',
  'AwaitExpression:not(:function AwaitExpression)': 'await is outside of an async function',
  ':matches(CallExpression, NewExpression) > AwaitExpression.arguments, :matches(CallExpression, NewExpression) > .arguments AwaitExpression':
    'njs rejects await in the arguments of a call; give it a name first',
  ':function[async=true] :function':
    'a closure in an async function is frozen at the first await; put the function outside',
};// What the sources avoid, and terser could add.
const IN_BUILT = { ':function :function': 'this closure is created again by each request' };

// `names`: the restricted headers in restrictions.py, `hidden` (a pattern) and `readOnly` (names).
function headerSyntax(names) {
  const field = "MemberExpression:matches([object.name='headers'], [object.property.name='headers'])";
  const named = (pattern) =>
    `:matches([computed=false][property.name=/${pattern}/], [property.type='Literal'][property.value=/${pattern}/])`;
  const readOnly = field + named(`^(${names.readOnly.join('|')})$`);
  return {
    [`Literal[value=/${names.hidden}/i]`]: 'CloudFront forbids this header: touching it is a 502 for every request',
    [field + named('[A-Z]')]: 'header names must be in lower case',
    [field + named('^set-cookie$')]: 'set-cookie belongs in response.cookies',
    [`AssignmentExpression > ${readOnly}.left, UnaryExpression[operator='delete'] > ${readOnly}`]:
      'this header is read-only: changing it is a 502 for every request',
  };
}

// `isBuilt`: a whole function, in which every name must be defined.
function config(names, isBuilt) {
  const syntax = { ...SYNTAX, ...headerSyntax(names), ...(isBuilt && IN_BUILT) };
  for (const [name, message] of Object.entries(METHODS)) {
    syntax[`CallExpression > MemberExpression.callee[property.name='${name}']`] = message;
  }
  const restricted = Object.entries(syntax).map(([selector, message]) => ({ selector, message }));
  return {
    languageOptions: { ecmaVersion: 2022, sourceType: 'module', globals: { Buffer: 'readonly' } },
    linterOptions: { noInlineConfig: true },
    rules: {
      'no-restricted-syntax': ['error', ...restricted],
      'no-restricted-globals': ['error', ...Object.entries(GLOBALS).map(([name, message]) => ({ name, message }))],
      'no-const-assign': 'error',
      'no-redeclare': 'error',
      ...(isBuilt && {
        'no-undef': 'error',
        // Newer njs throws if a function calls a later one declared with `let` or `const`.
        'no-use-before-define': ['error', { functions: false, variables: true }],
      }),
    },
  };
}

module.exports = { config };
