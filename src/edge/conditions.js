// The conditions of a rule, each a short array with its kind first (src/gray/edge/rules.py writes them), and whether a
// viewer matches. What cannot be understood or read puts a doubt into `viewer.search`, and doubt leads to stable.

function matches(condition, viewer) {
  let i;
  // Each case costs 80 instructions on the way to the next: what rules ask most stands first.
  switch (condition[0]) {
    case 'c':
      return hasValue(viewer.request.cookies[condition[1]], condition, false);
    case '&':
      for (i = 1; i < condition.length; i++) if (!matches(condition[i], viewer)) return false;
      return true;
    case 'p':
      for (i = 1; i < condition.length; i++) if (glob(condition[i], viewer.path)) return true;
      return false;
    case 'y':
      return condition.indexOf(single(viewer.request.headers['cloudfront-viewer-country']), 1) > 0;
    case 'h':
      return hasValue(viewer.request.headers[condition[1]], condition, false);
    case 'd':
      return condition.indexOf(deviceOf(viewer.request.headers), 1) > 0;
    case '!':
      return !matches(condition[1], viewer);
    case 'l':
      return inList(condition, viewer);
    case 'q':
      return hasValue(viewer.request.querystring[condition[1]], condition, true);
    case 'i':
      return inRange(condition, viewer);
    case 't':
      return viewer.time >= condition[1] && (!condition[2] || viewer.time < condition[2]);
    case '|':
      for (i = 1; i < condition.length; i++) if (matches(condition[i], viewer)) return true;
      return false;
    case 'L':
      return viewer.config[IDENTITY][0] !== 'p' && inList(condition, viewer);
  }
  viewer.search.doubt = 'error'; // a condition of a later format, perhaps under a `not`
  return false;
}

// A field sent several times matches when one of its values does.
function hasValue(field, condition, isEncoded) {
  if (!field || typeof field.value !== 'string') return false;
  if (condition[2] === '?') return true;
  const all = field.multiValue;
  const values = all && all.length ? all : [field];
  for (let i = 0; i < values.length; i++) {
    const value = isEncoded ? decoded(values[i].value) : String(values[i].value);
    for (let j = 3; j < condition.length; j++) {
      if (condition[2] === '^' ? value.startsWith(condition[j]) : value === condition[j]) return true;
    }
  }
  return false;
}

// CloudFront hands over the query as it was sent.
function decoded(value) {
  try {
    return decodeURIComponent(String(value).split('+').join(' '));
  } catch (e) {
    return String(value);
  }
}

// `*` stands for any characters, the slash too; no regular expression, so no time bomb.
function glob(pattern, path) {
  const parts = pattern.split('*');
  const last = parts.length - 1;
  if (!last) return path === pattern;
  if (!path.startsWith(parts[0])) return false;
  let at = parts[0].length;
  for (let i = 1; i < last; i++) {
    const found = path.indexOf(parts[i], at);
    if (found < 0) return false;
    at = found + parts[i].length;
  }
  return path.length - parts[last].length >= at && path.endsWith(parts[last]);
}

// The first letter of the kind of device. CloudFront calls some tablets mobile as well.
function deviceOf(headers) {
  if (single(headers['cloudfront-is-tablet-viewer']) === 'true') return 't';
  if (single(headers['cloudfront-is-mobile-viewer']) === 'true') return 'm';
  return single(headers['cloudfront-is-desktop-viewer']) === 'true' ? 'd' : '';
}

// IPv4 ranges that end with a byte are compiled to its dotted beginning (`192.0.2.`): nothing is cheaper to compare.
// All others to a hexadecimal prefix of the address, after its family: `62001`, or `40a1-40a4` where it ends inside a
// digit.
function inRange(condition, viewer) {
  const search = viewer.search;
  const ip = viewer.event.viewer.ip;
  const dotted = ip + '.';
  const family = ip.indexOf(':') < 0 ? '4' : '6';
  for (let i = 1; i < condition.length; i++) {
    const range = condition[i];
    if (range.endsWith('.')) {
      if (dotted.startsWith(range)) return true;
    } else if (range[0] === family) {
      if (!search.ip) search.ip = addressOf(ip);
      const dash = range.indexOf('-');
      if (dash < 0 ? search.ip.startsWith(range) : isBetween(search.ip.slice(0, dash), range, dash)) return true;
    }
  }
  return false;
}

function isBetween(prefix, range, dash) {
  return prefix.length === dash && prefix >= range.slice(0, dash) && prefix <= range.slice(dash + 1);
}

// The family and the address in hexadecimal: `4` and 8 digits, `6` and 32.
function addressOf(ip) {
  if (ip.indexOf(':') < 0) {
    const bytes = ip.split('.');
    let four = '4';
    for (let i = 0; i < bytes.length; i++) four += (+bytes[i] + 256).toString(16).slice(1);
    return four;
  }
  const halves = ip.toLowerCase().split('::');
  const left = halves[0].split(':');
  const right = halves.length > 1 ? halves[1].split(':') : [];
  while (left.length + right.length < 8) left.push('');
  const groups = left.concat(right);
  let six = '6';
  for (let i = 0; i < groups.length; i++) six += ('0000' + groups[i]).slice(-4);
  return six;
}

// One shard holds the sorted fingerprints of the ids that fall into it, four characters each, after a version digit.
// An anonymous viewer is in no list: the id in the cookie is anybody's to choose.
function inList(condition, viewer) {
  if (!viewer.who) return false;
  const search = viewer.search;
  const hashed = condition[3] + ':' + viewer.who;
  // The condition runs again when the list's shard is there.
  if (search.hashed !== hashed) {
    search.hashed = hashed;
    search.hex = digest(hashed);
  }
  const hex = search.hex;
  const key = 's.' + condition[1] + '.' + (parseInt(hex.slice(0, 8), 16) % condition[2]).toString(36);
  const shard = search.shards[key];
  if (shard === undefined) {
    viewer.need = key;
    return false;
  }
  if (!shard || shard[0] !== '1') {
    search.doubt = 'list-missing';
    return false;
  }
  const f = parseInt(hex.slice(8, 14), 16);
  const mark = String.fromCharCode(48 + (f >> 18), 48 + ((f >> 12) & 63), 48 + ((f >> 6) & 63), 48 + (f & 63));
  let low = 0;
  let high = (shard.length - 1) >> 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shard.slice(middle * 4 + 1, middle * 4 + 5) < mark) low = middle + 1;
    else high = middle;
  }
  return shard.slice(low * 4 + 1, low * 4 + 5) === mark;
}
