// The conditions of a rule, each a short array with its kind first (src/gray/edge/rules.py writes them), and whether a
// viewer matches. What cannot be understood or read puts a doubt into `viewer.search`, and doubt leads to stable.

function matches(condition, viewer) {
  const isAny = condition[0] === '|';
  let i;
  // Each case costs 80 instructions on the way to the next: what rules ask most stands first.
  switch (condition[0]) {
    case 'c':
      return hasValue(viewer.request.cookies[condition[1]], condition);
    case '&':
    case '|':
      for (i = 1; i < condition.length; i++) if (matches(condition[i], viewer) === isAny) return isAny;
      return !isAny;
    case 'p':
      for (i = 1; i < condition.length; i++) if (glob(condition[i], viewer.path)) return true;
      return false;
    case 'h':
      return hasValue(viewer.request.headers[condition[1]], condition);
    case '!':
      return !matches(condition[1], viewer);
    case 'l':
      return inList(condition, viewer);
    case 'q':
      return hasValue(viewer.request.querystring[condition[1]], condition);
    case 'i':
      return inRange(condition, viewer);
    case 't':
      return viewer.time >= condition[1] && (!condition[2] || viewer.time < condition[2]);
  }
  viewer.search.doubt = 'error'; // a condition of a later format, perhaps under a `not`
  return false;
}

// A field sent several times matches when one of its values does.
function hasValue(field, condition) {
  if (!field || typeof field.value !== 'string') return false;
  if (condition[2] === '?') return true;
  const values = field.multiValue || [field];
  for (let i = 0; i < values.length; i++) {
    let value = String(values[i].value);
    if (condition[0] === 'c') value = unquoted(value);
    if (condition[0] === 'q') value = decoded(value.split('+').join(' '));
    for (let j = 3; j < condition.length; j++) {
      if (condition[2] === '^' ? value.startsWith(condition[j]) : value === condition[j]) return true;
    }
  }
  return false;
}

// The text without its percent-encoding, if it has a valid one.
function decoded(text) {
  if (text.indexOf('%') < 0) return text;
  try {
    return decodeURIComponent(text);
  } catch (e) {
    return text;
  }
}

// `*` stands for any characters, the slash too; no regular expression, so no time bomb. A line break marks both ends.
function glob(pattern, path) {
  const text = '\n' + path.split('\n').join('\r') + '\n';
  const parts = ('\n' + pattern + '\n').split('*');
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    at = text.indexOf(parts[i], at);
    if (at < 0) return false;
    at += parts[i].length;
  }
  return true;
}

// Three lists: dotted beginnings of IPv4 addresses (nothing is cheaper to compare), and prefixes in hexadecimal of IPv4
// and of IPv6 ones.
function inRange(condition, viewer) {
  const ip = viewer.event.viewer.ip;
  const isSix = ip.indexOf(':') >= 0;
  const prefixes = condition[isSix ? 3 : 2];
  return (!isSix && hasStart(condition[1], ip + '.')) || (prefixes.length > 0 && hasStart(prefixes, addressOf(ip, isSix)));
}

function hasStart(starts, text) {
  for (let i = 0; i < starts.length; i++) if (text.startsWith(starts[i])) return true;
  return false;
}

// The address in hexadecimal: 8 digits, or 32.
function addressOf(ip, isSix) {
  let text = '';
  if (!isSix) {
    const bytes = ip.split('.');
    for (let i = 0; i < bytes.length; i++) text += (+bytes[i] + 256).toString(16).slice(1);
    return text;
  }
  const halves = ip.toLowerCase().split('::');
  const left = halves[0].split(':');
  const right = halves[1] ? halves[1].split(':') : [];
  while (left.length + right.length < 8) left.push('');
  const groups = left.concat(right);
  for (let i = 0; i < groups.length; i++) text += ('0000' + groups[i]).slice(-4);
  return text;
}

// One shard holds the fingerprints of the ids that fall into it, four characters each, after a version digit. An
// anonymous viewer is in no list: the id in the cookie is anybody's to choose.
function inList(condition, viewer) {
  if (!viewer.who) return false;
  const search = viewer.search;
  const hashed = condition[3] + ':' + viewer.who;
  // The condition runs again when the list's shard is there.
  if (search.hashed !== hashed) {
    search.hashed = hashed;
    search.bytes = digest(hashed);
  }
  const key = 's.' + condition[1] + '.' + (search.bytes.readUIntBE(0, 4) % condition[2]).toString(36);
  const shard = search.shards[key];
  if (shard === undefined) {
    viewer.need = key;
    return false;
  }
  if (!shard || shard[0] !== '2') {
    search.doubt = 'list-missing';
    return false;
  }
  const mark = search.bytes.slice(4, 7).toString('base64url');
  // The format is no mark's.
  let at = shard.indexOf(mark, 1);
  while (at > 0 && (at & 3) !== 1) at = shard.indexOf(mark, at + 1);
  return at > 0;
}
