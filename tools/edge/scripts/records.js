// Turns the sources' records into arrays in the built code.
//
// The sources use `viewer.path`. In njs 0.7.9 an object of 18 properties costs 11,200 instructions, an array 3,100; a
// property read costs 280, an element read 100. For `viewer`, which every step of a decision reads, that is a fifth of
// the total. So each record named here must be one object literal; its keys become array indexes.
const RECORDS = ['viewer', 'search'];

// Changes the tree; throws for a field that is not in the record's literal.
function withArrays(tree) {
  const all = [...nodesOf(tree)];
  // Find all before changing any: `viewer.search.text` is two accesses.
  const found = RECORDS.map((name) => ({
    name,
    literal: all.map((node) => literalOf(node, name)).find(Boolean),
    uses: all.filter((node) => node.type === 'MemberExpression' && !node.computed && isRecord(node.object, name)),
  }));
  for (const { name, literal, uses } of found.filter((record) => record.literal)) {
    const fields = literal.properties.map((property) => property.key.name);
    const unknown = uses.map((use) => use.property.name).filter((field) => !fields.includes(field));
    if (unknown.length) throw new Error(`${name} has no field ${unknown.join(', ')}: its object literal must name all`);
    // The most used fields come first: their indexes are the shortest.
    const count = (field) => uses.filter((use) => use.property.name === field).length;
    const ordered = [...literal.properties].sort((a, b) => count(b.key.name) - count(a.key.name));
    const places = new Map(ordered.map((property, place) => [property.key.name, place]));
    for (const use of uses) {
      const place = places.get(use.property.name);
      Object.assign(use, { computed: true, property: { type: 'Literal', value: place, raw: String(place) } });
    }
    Object.assign(literal, { type: 'ArrayExpression', elements: ordered.map((property) => property.value) });
  }
}

// The variable of that name, or the field of another record; not an object of the platform.
function isRecord(node, name) {
  if (node.type === 'Identifier') return node.name === name;
  if (node.type !== 'MemberExpression' || node.computed || node.property.name !== name) return false;
  return RECORDS.some((outer) => isRecord(node.object, outer));
}

function literalOf(node, name) {
  const target = node.type === 'VariableDeclarator' ? node.id : node.type === 'AssignmentExpression' && node.left;
  const value = node.init || node.right;
  return target && value && value.type === 'ObjectExpression' && isRecord(target, name) ? value : undefined;
}

function* nodesOf(value) {
  if (Array.isArray(value)) for (const part of value) yield* nodesOf(part);
  else if (value && typeof value.type === 'string') {
    yield value;
    yield* nodesOf(Object.values(value));
  }
}

module.exports = { nodesOf, withArrays };
