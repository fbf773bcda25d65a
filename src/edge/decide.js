// The decision: config and viewer in, lane and reason out. No input or output of its own; what it lacks (a shard of
// a user list) it names in `viewer.need` and is asked again. Everything that is in doubt leads to stable.
//
// Written for njs 0.7.9, which is what CloudFront's runtime 2.0 comes nearest to: no closures in async functions,
// strings counted in code points, and native digests, because hashing in JavaScript costs three to nine times more.
// The config's format is told in docs/reference/edge-config.md.
import crypto from 'crypto';

const STABLE = 'v1';
const WEEK = 604800;
const LANE = /^v[1-9]\d?$/;
const COOKIE = /^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;

// The value of a header, cookie or query field that is there once; '' otherwise. Twice is nothing: which one would
// the viewer mean?
function single(field) {
  if (!field || typeof field.value !== 'string') return '';
  return field.multiValue && field.multiValue.length > 1 ? '' : field.value;
}

// The rest of the entry `<name>:<rest>` of a comma-separated list; '' without one.
function entry(list, name) {
  const at = (',' + list).indexOf(',' + name + ':');
  if (at < 0) return '';
  const start = at + name.length + 1;
  const end = list.indexOf(',', start);
  return end < 0 ? list.slice(start) : list.slice(start, end);
}

function digest(text) {
  return crypto.createHash('sha256').update(text).digest('hex');
}

// Equal, without telling by the time where the difference is.
function same(a, b) {
  return digest(a) === digest(b);
}

// The first 16 bytes of HMAC-SHA256, base64url.
function mac(secret, fields) {
  const hex = crypto.createHmac('sha256', secret).update(fields.join('\n')).digest('hex');
  return Buffer.from(hex.slice(0, 32), 'hex').toString('base64url');
}

// Whether `seal` is the MAC of these fields by the key of that id.
function isSealed(config, keyId, fields, seal) {
  const secret = entry(config.keys, keyId);
  return !!secret && same(mac(secret, fields), seal);
}

// The head of the config; null when there is none that can be trusted. A killed one ends after its state.
function readConfig(text) {
  if (!text) return null;
  const end = text.indexOf('\n');
  const head = (end < 0 ? text : text.slice(0, end)).split('|');
  const config = {
    sequence: head[1],
    revision: +head[2],
    epoch: +head[3],
    state: head[4],
    until: +head[5],
    parts: +head[6],
    salt: head[7],
    identity: head[8],
    keys: head[9] || '',
    identityKey: head[10],
    lanes: head[11] || '',
    region: head[12],
    rules: end < 0 ? '' : text.slice(end + 1),
  };
  if (head[0] !== '1' || !(config.epoch > 0)) return null;
  if (config.state === 'k' || config.state === 'f') return config;
  if (config.state !== 'a' && config.state !== 'p') return null;
  return head.length === 13 && config.salt && config.keys ? config : null;
}

function readCookie(cookies) {
  const m = COOKIE.exec(single(cookies['__Host-gray']));
  return m && { id: m[1], lane: m[2], epoch: +m[3], expiry: +m[4], key: m[5], mac: m[6], fields: [m[1], m[2], m[3], m[4]] };
}

function isOut(viewer) {
  return viewer.cookie && viewer.cookie.lane === 'out' && viewer.cookie.expiry > viewer.time;
}

// Whether the cookie's lane counts: of this epoch, not over, and, for a gray lane, live and signed for this viewer.
function isGood(viewer) {
  const cookie = viewer.cookie;
  const config = viewer.config;
  if (!cookie || cookie.epoch !== config.epoch || cookie.expiry <= viewer.time || cookie.lane === 'out') return false;
  if (cookie.lane === STABLE) return true;
  if (!entry(config.lanes, cookie.lane)) return false;
  return isSealed(config, cookie.key, ['c1', config.salt].concat(cookie.fields, viewer.who), cookie.mac);
}

// The viewer's identity by the release's rule for it; '' without one.
function identityOf(config, request, now) {
  if (!config.identity) return '';
  const parts = config.identity.split(',');
  const kind = parts[0];
  let text = '';
  for (let i = 1; i < parts.length && !text; i++) {
    text = single((parts[i][0] === 'c' ? request.cookies : request.headers)[parts[i].slice(2)]);
  }
  // Nobody's name is that long, and a digest of 20 KB is not free. Tokens may be long.
  if (kind === 'p') return text.length > 1024 ? '' : text;
  if (!text || text.length > 8192 || !config.identityKey) return '';
  const secret = decodeURIComponent(config.identityKey);
  if (kind !== 's') return claimOf(text, kind.slice(2), secret, now);
  const dot = text.lastIndexOf('.');
  const value = text.slice(0, dot);
  return dot > 0 && same(mac(secret, ['i1', '', value, '']), text.slice(dot + 1)) ? value : '';
}

// A claim of an HS256 JWT that is signed by us and in force. The algorithm is ours, never the token's to choose.
function claimOf(text, claim, secret, now) {
  const token = text.replace(/^bearer /i, '').split('.');
  if (token.length !== 3) return '';
  const signature = crypto.createHmac('sha256', secret).update(token[0] + '.' + token[1]).digest('base64url');
  if (!same(signature, token[2])) return '';
  try {
    const head = JSON.parse(Buffer.from(token[0], 'base64url').toString());
    const body = JSON.parse(Buffer.from(token[1], 'base64url').toString());
    if (head.alg !== 'HS256' || head.crit !== undefined) return '';
    if (typeof body.exp !== 'number' || body.exp <= now) return '';
    if (body.nbf !== undefined && !(typeof body.nbf === 'number' && body.nbf <= now)) return '';
    const value = body[claim];
    return typeof value === 'string' ? value : '';
  } catch (e) {
    return '';
  }
}

// 0 to 9,999, from the salt and the identity or the anonymous id; -1 without either.
function bucketOf(viewer) {
  const id = viewer.who || viewer.id;
  if (viewer.bucket < 0 && id) {
    const word = parseInt(digest(viewer.config.salt + ':' + id).slice(0, 8), 16);
    viewer.bucket = Math.floor((word * 10000) / 4294967296);
  }
  return viewer.bucket;
}

function stable(reason) {
  return { lane: STABLE, reason: reason };
}

// Everything that comes before the rules; null when they have to be asked.
function beforeRules(viewer) {
  const config = viewer.config;
  const cookie = viewer.cookie;
  if (!config) return stable('no-config');
  if (config.state === 'k') return stable('killed');
  if (config.state === 'f') return stable('finished');
  if (!(viewer.time < config.until)) return stable('expired');
  if (isOut(viewer)) return stable('out');
  if (cookie && cookie.epoch > config.epoch) return stable('behind');
  if (viewer.follows && viewer.pin === STABLE) return stable('pin');
  viewer.isOpen = true;
  viewer.who = identityOf(config, viewer.request, viewer.time);
  // A document in stable is decided again, so that a ramp-up reaches it; what follows a document is not.
  if (cookie && (viewer.follows || cookie.lane !== STABLE) && isGood(viewer)) {
    return { lane: cookie.lane, reason: viewer.pin === cookie.lane ? 'pin' : 'sticky' };
  }
  if (viewer.isAsset) return stable('default');
  return viewer.follows && !viewer.who && !cookie ? stable('no-id') : null;
}

// Takes what the store has for `viewer.need` (null: nothing) and goes on: afterwards there is another need, or a
// decision.
function take(viewer, value) {
  if (viewer.need === 'config') {
    viewer.config = readConfig(value);
    viewer.decision = beforeRules(viewer);
    viewer.need = '';
    if (viewer.decision || viewer.link) return;
    viewer.text = viewer.config.rules;
  } else if (viewer.rules) {
    viewer.shards[viewer.need] = value;
  } else {
    // A location may have the parts of one publication only: never mix two.
    const start = viewer.config.sequence + '|';
    viewer.need = '';
    if (!value || !value.startsWith(start)) {
      viewer.decision = stable('partial');
      return;
    }
    viewer.text += value.slice(start.length);
  }
  if (viewer.part < viewer.config.parts) {
    viewer.need = 'c.' + viewer.config.sequence + '.' + ++viewer.part;
    return;
  }
  if (!viewer.rules) viewer.rules = JSON.parse(viewer.text);
  viewer.decision = byRules(viewer);
}

// The first rule that matches; null when a shard is needed first, and then the next call goes on from there.
function byRules(viewer) {
  for (; viewer.at < viewer.rules.length; viewer.at++) {
    const rule = viewer.rules[viewer.at];
    if (rule[2] > 0 || rule[3] < 10000) {
      const bucket = bucketOf(viewer);
      if (!(bucket >= rule[2] && bucket < rule[3])) continue;
    }
    viewer.need = '';
    const matched = !rule[4] || matches(rule[4], viewer);
    if (viewer.doubt) break;
    if (viewer.need) return null;
    if (matched) {
      if (LANE.test(rule[1]) && entry(viewer.config.lanes, rule[1])) {
        return { lane: rule[1], reason: rule[0], until: rule[5] };
      }
      viewer.doubt = 'lane-gone';
      break;
    }
  }
  viewer.need = '';
  return stable(viewer.doubt || 'default');
}

function matches(condition, viewer) {
  const request = viewer.request;
  let i;
  switch (condition[0]) {
    case '&':
      for (i = 1; i < condition.length; i++) if (!matches(condition[i], viewer)) return false;
      return true;
    case '|':
      for (i = 1; i < condition.length; i++) if (matches(condition[i], viewer)) return true;
      return false;
    case '!':
      return !matches(condition[1], viewer);
    case 'c':
      return hasValue(request.cookies[condition[1]], condition, false);
    case 'h':
      return hasValue(request.headers[condition[1]], condition, false);
    case 'q':
      return hasValue(request.querystring[condition[1]], condition, true);
    case 'p':
      for (i = 1; i < condition.length; i++) if (glob(condition[i], viewer.path)) return true;
      return false;
    case 'y':
      return condition.indexOf(single(request.headers['cloudfront-viewer-country']), 1) > 0;
    case 'd':
      return condition.indexOf(deviceOf(request.headers), 1) > 0;
    case 'i':
      return inRange(condition, viewer);
    case 't':
      return viewer.time >= condition[1] && (!condition[2] || viewer.time < condition[2]);
    case 'l':
      return inList(condition, viewer);
    case 'L':
      return viewer.config.identity[0] !== 'p' && inList(condition, viewer);
  }
  viewer.doubt = 'error'; // a condition of a later format, perhaps under a `not`
  return false;
}

// A field sent several times matches when one of its values does.
function hasValue(field, condition, isEncoded) {
  if (!field || typeof field.value !== 'string') return false;
  if (condition[2] === '?') return true;
  const values = field.multiValue && field.multiValue.length ? field.multiValue : [field];
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

// CloudFront calls some tablets mobile as well.
function deviceOf(headers) {
  if (single(headers['cloudfront-is-tablet-viewer']) === 'true') return 't';
  if (single(headers['cloudfront-is-mobile-viewer']) === 'true') return 'm';
  return single(headers['cloudfront-is-desktop-viewer']) === 'true' ? 'd' : '';
}

// Ranges are compiled to hexadecimal prefixes of the address, after its family: `4c0a8`, or `40a1-40a4` where the
// prefix ends inside a digit.
function inRange(condition, viewer) {
  if (!viewer.address) viewer.address = addressOf(viewer.ip);
  for (let i = 1; i < condition.length; i++) {
    const dash = condition[i].indexOf('-');
    if (dash < 0 ? viewer.address.startsWith(condition[i]) : isBetween(viewer.address.slice(0, dash), condition[i], dash)) return true;
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
  const hex = digest(condition[3] + ':' + viewer.who);
  const key = 's.' + condition[1] + '.' + (parseInt(hex.slice(0, 8), 16) % condition[2]).toString(36);
  const shard = viewer.shards[key];
  if (shard === undefined) {
    viewer.need = key;
    return false;
  }
  if (!shard || shard[0] !== '1') {
    viewer.doubt = 'list-missing';
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

// What a signed debug request is told.
function explain(viewer) {
  const config = viewer.config;
  const decision = viewer.decision;
  const bucket = bucketOf(viewer);
  return (
    decision.lane + '; rule=' + decision.reason + '; bucket=' + (bucket < 0 ? '-' : bucket) +
    '; revision=' + config.revision + '; epoch=' + config.epoch
  );
}

// Whether the request carries a debug permission signed by us.
function mayExplain(viewer) {
  const config = viewer.config;
  const m = viewer.debug && config && /^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(viewer.debug);
  return !!m && +m[1] > viewer.time && isSealed(config, m[2], ['d1', config.salt, m[1], ''], m[3]);
}
