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
const LANE = /^v[1-9]\d?$/;
const COOKIE = /^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;

// The config's head and the cookie stay arrays: making an object of each costs more than the decision. Their places:
const SEQUENCE = 1, REVISION = 2, EPOCH = 3, STATE = 4, UNTIL = 5, PARTS = 6, SALT = 7;
const IDENTITY = 8, KEYS = 9, IDENTITY_KEY = 10, LANES = 11, REGION = 12, FIELDS = 13;
const ID = 1, LANE_OF = 2, EPOCH_OF = 3, EXPIRY = 4, KEY = 5, SEAL = 6;

// The value of a header, cookie or query field that is there once; '' otherwise. Twice is nothing: which one would
// the viewer mean?
function single(field) {
  if (!field) return '';
  const value = field.value;
  const all = field.multiValue;
  return typeof value !== 'string' || (all && all.length > 1) ? '' : value;
}

// The rest of an entry `<name>:<rest>` of a list, which has a comma before and after each entry; '' without one.
function entry(list, name) {
  const key = ',' + name + ':';
  const found = list.indexOf(key);
  const start = found + key.length;
  return found < 0 ? '' : list.slice(start, list.indexOf(',', start));
}

function digest(text) {
  return crypto.createHash('sha256').update(text).digest('hex');
}

// Equal, compared in a time that does not show where the difference is: nobody can steer an unknown text's digest.
function same(a, b) {
  return crypto.createHash('md5').update(a).digest('hex') === crypto.createHash('md5').update(b).digest('hex');
}

// HMAC-SHA256, the first 22 characters of its base64url: 132 bits.
function mac(secret, text) {
  return crypto.createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22);
}

// Whether `seal` is the MAC of the text by the key of that id.
function isSealed(config, keyId, text, seal) {
  const secret = entry(config[KEYS], keyId);
  return !!secret && same(mac(secret, text), seal);
}

// The head of the config; null when it cannot be trusted. A killed one ends after its state. The rules
// come after the last field, and only who needs them looks for them.
function readConfig(text) {
  if (!text) return null;
  const config = text.split('|', FIELDS);
  const state = config[STATE];
  if (config[0] !== '1' || !(config[EPOCH] > 0)) return null;
  if (state === 'k' || state === 'f') return config;
  return (state === 'a' || state === 'p') && config.length === FIELDS && config[SALT] && config[KEYS] ? config : null;
}

function isOut(viewer) {
  return viewer.cookie && viewer.cookie[LANE_OF] === 'out' && viewer.cookie[EXPIRY] > viewer.time;
}

function isLive(config, lane) {
  return config[LANES].indexOf(',' + lane + ':') >= 0; // a third of what `includes` costs
}

// Whether the cookie's lane counts: of this epoch, not over, and, for a gray lane, live and signed for this viewer.
function isGood(viewer) {
  const cookie = viewer.cookie;
  const config = viewer.config;
  const lane = cookie[LANE_OF];
  if (viewer.ahead || cookie[EXPIRY] <= viewer.time || lane === 'out') return false;
  if (lane === STABLE) return true;
  return isLive(config, lane) && isSealed(config, cookie[KEY], grantText(viewer, cookie), cookie[SEAL]);
}

// What a grant's MAC is over: id, lane, epoch and expiry as they are written, and the identity.
function grantText(viewer, fields) {
  return (
    'c1\n' + viewer.config[SALT] + '\n' + fields[ID] + '\n' + fields[LANE_OF] + '\n' + fields[EPOCH_OF] + '\n' +
    fields[EXPIRY] + '\n' + viewer.who
  );
}

// The viewer's identity by the release's rule for it; '' without one.
function identityOf(viewer) {
  const spec = viewer.config[IDENTITY];
  if (!spec) return '';
  const parts = spec.split(',');
  const kind = parts[0];
  let text = '';
  for (let i = 1; i < parts.length && !text; i++) {
    const part = parts[i];
    const fields = part[0] === 'c' ? viewer.request.cookies : viewer.request.headers;
    text = single(fields[part.slice(2)]);
  }
  if (!text) return '';
  // Nobody's name is that long, and a digest of 20 KB is not free. Tokens may be long.
  if (kind === 'p') return text.length > 1024 ? '' : text;
  if (text.length > 8192 || !viewer.config[IDENTITY_KEY]) return '';
  const secret = decodeURIComponent(viewer.config[IDENTITY_KEY]);
  if (kind !== 's') return claimOf(text, kind.slice(2), secret, viewer.time);
  const dot = text.lastIndexOf('.');
  const value = text.slice(0, dot);
  return dot > 0 && same(mac(secret, 'i1\n\n' + value + '\n'), text.slice(dot + 1)) ? value : '';
}

// A claim of an HS256 JWT that is signed by us and in force. The algorithm is ours, never the token's to choose.
function claimOf(text, claim, secret, now) {
  const token = text.replace(/^bearer /i, '').split('.');
  if (token.length !== 3) return '';
  const signature = crypto.createHmac('sha256', secret).update(token[0] + '.' + token[1]).digest('base64url');
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
  return ((parseInt(digest(viewer.config[SALT] + ':' + id).slice(0, 8), 16) * 10000) / 4294967296) | 0;
}

// Everything that comes before the rules: the decision's reason; '' when the rules have to be asked. The lane is stable
// until something says otherwise.
function beforeRules(viewer) {
  const config = viewer.config;
  const cookie = viewer.cookie;
  const follows = viewer.kind !== DOCUMENT || viewer.pin;
  if (!config) return 'no-config';
  // How many epochs the cookie is ahead. They are nearly always written alike, and numbers cost four times more.
  if (cookie) viewer.ahead = cookie[EPOCH_OF] === config[EPOCH] ? 0 : cookie[EPOCH_OF] - config[EPOCH];
  if (config[STATE] === 'k') return 'killed';
  if (config[STATE] === 'f') return 'finished';
  if (!(viewer.time < config[UNTIL])) return 'expired';
  if (isOut(viewer)) return 'out';
  if (viewer.ahead > 0) return 'behind';
  if (follows && viewer.pin === STABLE) return 'pin';
  viewer.who = identityOf(viewer);
  // A document in stable is decided again, so that a ramp-up reaches it; what follows a document is not.
  if (cookie && (follows || cookie[LANE_OF] !== STABLE) && isGood(viewer)) {
    viewer.lane = cookie[LANE_OF];
    return viewer.pin === viewer.lane ? 'pin' : 'sticky';
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
    viewer.reason = beforeRules(viewer);
    if (viewer.reason || viewer.link) return;
    const text = value.slice(value.indexOf('\n') + 1);
    viewer.search = { text: text, part: 0, rules: null, at: 0, bucket: -2, shards: {}, doubt: '', ip: '', hashed: '', hex: '' };
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
  if (!search.rules) search.rules = JSON.parse(search.text);
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

// The answer to a signed debug request.
function explain(viewer) {
  const bucket = bucketOf(viewer);
  return (
    viewer.lane + '; rule=' + viewer.reason + '; bucket=' + (bucket < 0 ? '-' : bucket) +
    '; revision=' + viewer.config[REVISION] + '; epoch=' + viewer.config[EPOCH]
  );
}

// Whether the request carries a debug permission signed by us.
function mayExplain(viewer) {
  const config = viewer.config;
  const m = config && config[KEYS] && /^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(viewer.debug);
  return !!m && m[1] > viewer.time && isSealed(config, m[2], 'd1\n' + config[SALT] + '\n' + m[1] + '\n', m[3]);
}
