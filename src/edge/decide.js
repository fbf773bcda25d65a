// The decision: config and viewer in, lane and reason out. No input or output of its own; what it lacks (a shard of
// a user list) it names in `viewer.need`, and runs again. Any doubt leads to stable.
//
// Written for njs 0.7.9, which is what CloudFront's runtime 2.0 comes nearest to: no closures in async functions,
// strings counted in code points, and native digests, because hashing in JavaScript costs three to nine times more.
// docs/reference/edge-config.md describes the config's format.
import crypto from 'crypto';

const DOCUMENT = 0, ASSET = 1, API = 2;
const STABLE = 'v1';
const WEEK = 604800;
const ID_SECONDS = 2592000; // how long a browser keeps the anonymous id
const OUT_SECONDS = 34560000; // the longest opt-out; browsers keep no cookie for more than 400 days
const NO_ID = '0123456789abcdef.';
const COOKIE = /^[\w-]{16,32}\.(v[1-9]\d?|out)\.\d{1,10}\.\d{1,10}\.([a-z0-9]{1,4}|-)\.(\d{15}|-)\.(\d{15}|-)$/;

// The config's head and a grant stay arrays: making an object of each costs more than the decision. Their places; the
// head begins with what a viewer with a grant needs.
const STATE = 0, EPOCH = 1, SEQUENCE = 2, REVISION = 3, UNTIL = 4, IDENTITY = 5, LANES = 6, KEY_ID = 7, SECRET = 8;
const REGION = 9, OLD_KEYS = 10, PARTS = 11, SALT = 12, IDENTITY_KEY = 13, FILES = 14, FIELDS = 15;
const ID = 0, LANE_OF = 1, EPOCH_OF = 2, EXPIRY = 3, KEY = 4, SEAL = 5, SECOND = 6, GRANT_FIELDS = 7;

// The value of a header, cookie or query field; '' when it is missing, or was sent with two values: which one would the
// viewer mean?
function single(field) {
  if (!field) return '';
  const value = field.value;
  if (typeof value !== 'string') return '';
  const all = field.multiValue;
  for (let i = 0; all && i < all.length; i++) if (all[i].value !== value) return ''; // `value` is the first or the last
  return value;
}

// The rest of an entry `<name>:<rest>` of a list, which has a comma before and after each entry; '' without one.
function entry(list, name) {
  const key = ',' + name + ':';
  const found = list.indexOf(key);
  const start = found + key.length;
  return found < 0 ? '' : list.slice(start, list.indexOf(',', start));
}

function digest(text) {
  return crypto.createHash('sha256').update(text).digest();
}

// Equal, compared in a time that does not show where the difference is: nobody can steer an unknown text's digest.
function same(a, b) {
  return digest(a).toString('hex') === digest(b).toString('hex');
}

function hmac(secret, text) {
  return crypto.createHmac('sha256', secret).update(text);
}

// Whether the text ends with the seal of what is before it: 96 bits of HMAC-SHA256 as two numbers of 15 digits, because
// numbers are compared in constant time. `parts` are the text's, in a grant's places; their form was looked at before.
function isSealed(config, label, text, parts, who) {
  const secret = parts[KEY] === config[KEY_ID] ? config[SECRET] : entry(config[OLD_KEYS] || '', parts[KEY]);
  if (!secret) return false;
  const bytes = sealOf(secret, label, text.slice(0, -32), who);
  return bytes.readUIntBE(0, 6) === +parts[SEAL] && bytes.readUIntBE(6, 6) === +parts[SECOND];
}

function sealOf(secret, label, text, who) {
  return hmac(secret, label + text + '\n' + who).digest();
}

// The head of the config; false when it cannot be trusted. A semicolon ends it: one that was cut off has none. The rules
// come after the last field, and only who needs them looks for them.
function readConfig(text) {
  if (!text || !text.endsWith(';')) return false;
  const config = text.split('|', FIELDS);
  const state = config[STATE];
  return config.length === FIELDS && config[EPOCH] > 0 && state[0] === '2' && 'apkf'.indexOf(state[1]) >= 0 && config;
}

function isOut(viewer) {
  return viewer.cookie && viewer.cookie[LANE_OF] === 'out' && viewer.cookie[EXPIRY] > viewer.time;
}

function isLive(config, lane) {
  return config[LANES].indexOf(',' + lane + ':') >= 0; // a third of what `includes` costs
}

// Whether the cookie is a grant of a gray lane that is good here and now, for this viewer.
function isGranted(config, raw, cookie, time, who) {
  return cookie[EXPIRY] > time && isLive(config, cookie[LANE_OF]) && isSealed(config, 'c2\n', raw, cookie, who);
}

// The viewer's identity by the release's rule for it; '' without one.
function identityOf(request, config, time) {
  const spec = config[IDENTITY];
  if (!spec) return '';
  const parts = spec.split(',');
  const kind = parts[0];
  let text = '';
  // Of each source, where it is and its name.
  for (let i = 1; i < parts.length && !text; i += 2) {
    const isCookie = parts[i] === 'c';
    text = single((isCookie ? request.cookies : request.headers)[parts[i + 1]]);
    if (text) text = isCookie ? unquoted(text) : decoded(text);
  }
  if (!text) return '';
  // Nobody's name is that long, and a digest of 20 KB is not free. Tokens may be long.
  if (kind === 'p') return text.length > 1024 ? '' : text;
  if (text.length > 8192 || !config[IDENTITY_KEY]) return '';
  const secret = decodeURIComponent(config[IDENTITY_KEY]);
  if (kind !== 's') return claimOf(text, kind.slice(2), secret, time);
  const dot = text.lastIndexOf('.');
  const value = text.slice(0, dot);
  // The first 22 characters: 132 bits.
  const mac = hmac(secret, 'i1\n\n' + value + '\n').digest('base64url').slice(0, 22);
  return dot > 0 && same(mac, text.slice(dot + 1)) ? value : '';
}

// A cookie's value without the quotes and the encoding that cookie libraries add.
function unquoted(text) {
  const end = text.length - 1;
  return decoded(end > 0 && text[0] === '"' && text[end] === '"' ? text.slice(1, end) : text);
}

// A claim of an HS256 JWT that is signed by us and in force. The algorithm is ours, never the token's to choose.
function claimOf(text, claim, secret, now) {
  const token = text.replace(/^bearer /i, '').split('.');
  if (token.length !== 3) return '';
  const signature = hmac(secret, token[0] + '.' + token[1]).digest('base64url');
  if (!same(signature, token[2])) return '';
  try {
    const head = partOf(token[0]);
    const body = partOf(token[1]);
    if (head.alg !== 'HS256' || head.crit !== undefined) return '';
    if (typeof body.exp !== 'number' || body.exp <= now) return '';
    if (body.nbf !== undefined && !(typeof body.nbf === 'number' && body.nbf <= now)) return '';
    const value = body[claim];
    return typeof value === 'string' ? value : '';
  } catch (e) {
    return '';
  }
}

function partOf(text) {
  return JSON.parse(Buffer.from(text, 'base64url').toString());
}

// 0 to 9,999, from the salt and the identity or the anonymous id; -1 without either.
function bucketOf(viewer) {
  const id = viewer.who || viewer.id;
  if (!id) return -1;
  return ((digest(viewer.config[SALT] + ':' + id).readUIntBE(0, 4) * 10000) / 4294967296) | 0;
}

// The parts of a link, a pin or a debug request that we sealed, if it is not over; else null. They have the form of a
// grant without its id, and no key's name is a dash.
function permitted(config, label, text, time) {
  const grant = NO_ID + text;
  const parts = grant.split('.', 8);
  return grant.search(COOKIE) === 0 && parts[EXPIRY] > time && isSealed(config, label, text, parts, '') ? parts : null;
}

// The pin for a page of that lane, as publication signed it: it says nothing of the viewer.
function pinOf(config, lane) {
  if (lane === STABLE) return lane;
  const lanes = config[LANES];
  const start = lanes.indexOf(',' + lane + ':') + lane.length + 2;
  return lane + '.' + config[EPOCH] + '.' + config[UNTIL] + '.' + config[KEY_ID] + '.' + lanes.slice(start, start + 31);
}

// @only api
// Whether the page's lane counts without asking who it is: stable's name always does, any other by its pin.
function isPinned(config, lane, pin, time) {
  if (lane === STABLE) return true;
  if (!isLive(config, lane)) return false;
  // Most pins are the newest: the config has their seal, and they need no digest.
  const newest = pinOf(config, lane);
  if (pin.length === newest.length && pin.slice(0, -32) === newest.slice(0, -32) && (NO_ID + pin).search(COOKIE) === 0) {
    return +pin.slice(-31, -16) === +newest.slice(-31, -16) && +pin.slice(-15) === +newest.slice(-15);
  }
  const parts = permitted(config, 'p2\n', pin, time);
  return !!parts && parts[EPOCH_OF] === config[EPOCH];
}
// @end

// Everything that comes before the rules: the decision's reason; '' when the rules have to be asked. The lane is stable
// until something says otherwise.
function beforeRules(viewer) {
  const config = viewer.config;
  const cookie = viewer.cookie;
  const follows = viewer.kind !== DOCUMENT;
  if (!config) return 'no-config';
  // How many epochs the cookie is ahead. They are nearly always written alike, and numbers cost four times more.
  if (cookie) viewer.ahead = cookie[EPOCH_OF] === config[EPOCH] ? 0 : cookie[EPOCH_OF] - config[EPOCH];
  if (config[STATE] === '2k') return 'killed';
  if (config[STATE] === '2f') return 'finished';
  if (!(viewer.time < config[UNTIL])) return 'expired';
  if (isOut(viewer)) return 'out';
  if (viewer.ahead > 0) return 'behind';
  // @only api
  if (viewer.pin && isPinned(config, viewer.pin, viewer.pinned, viewer.time)) {
    viewer.lane = viewer.pin;
    return 'pin';
  }
  // @end
  viewer.who = identityOf(viewer.request, config, viewer.time);
  // A document in stable is decided again, so that a ramp-up reaches it; what follows a document is not.
  const held = cookie && !viewer.ahead ? cookie[LANE_OF] : '';
  if (held === STABLE ? follows && cookie[EXPIRY] > viewer.time : held && isGranted(config, viewer.raw, cookie, viewer.time, viewer.who)) {
    viewer.lane = held;
    return 'sticky';
  }
  if (viewer.kind === ASSET) return 'default';
  return follows && !viewer.who && !cookie ? 'no-id' : '';
}

// Takes what the store has for `viewer.need` (null: nothing) and goes on: afterwards there is another need, or a
// decision.
function take(viewer, value) {
  const config = viewer.config;
  const need = viewer.need;
  viewer.need = '';
  if (need === 'config') {
    viewer.config = readConfig(value);
    // @only static
    placeFile(viewer);
    if (viewer.answer) return;
    // @end
    viewer.reason = beforeRules(viewer);
    if (viewer.reason || viewer.link) return;
    const text = viewer.config[PARTS] > 0 ? '' : value.slice(value.indexOf('\n') + 1);
    viewer.search = { text: text, part: 0, rules: null, at: 0, bucket: -2, shards: {}, doubt: '', hashed: '', bytes: null };
  } else if (viewer.search.rules) {
    viewer.search.shards[need] = value;
  } else {
    // A location may have the parts of one publication only: never mix two.
    const start = config[SEQUENCE] + '|';
    if (!value || !value.startsWith(start)) {
      viewer.reason = 'partial';
      return;
    }
    viewer.search.text += value.slice(start.length);
  }
  const search = viewer.search;
  if (search.part < viewer.config[PARTS]) {
    viewer.need = 'c.' + viewer.config[SEQUENCE] + '.' + ++search.part;
    return;
  }
  if (!search.rules) {
    if (!search.text.endsWith(';')) {
      viewer.reason = 'partial';
      return;
    }
    search.rules = JSON.parse(search.text.slice(0, -1));
  }
  viewer.reason = byRules(viewer, search);
}

// The first rule that matches: the reason; '' when a shard is needed first, and then the next call goes on from there.
function byRules(viewer, search) {
  const rules = search.rules;
  const count = rules.length;
  for (let at = search.at; at < count; at++) {
    const rule = rules[at];
    if (rule[2] > 0 || rule[3] < 10000) {
      if (search.bucket < -1) search.bucket = bucketOf(viewer);
      if (!(search.bucket >= rule[2] && search.bucket < rule[3])) continue;
    }
    const matched = !rule[4] || matches(rule[4], viewer);
    if (search.doubt) break;
    if (viewer.need) {
      search.at = at;
      return '';
    }
    if (matched) {
      if (isLive(viewer.config, rule[1])) {
        viewer.lane = rule[1];
        viewer.until = rule[5];
        return rule[0];
      }
      search.doubt = 'lane-gone';
      break;
    }
  }
  viewer.need = '';
  return search.doubt || 'default';
}
