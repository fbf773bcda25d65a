// Runs before the cache: decides the lane, rewrites the path of a file, chooses the API's origin, and hands over to
// the viewer-response function by request headers. Two functions are built from this text, one a behavior; what is
// between `@only` and `@end` is in one of them. It must not fail: an exception is a 503 for the whole behavior.
import cf from 'cloudfront';

const store = cf.kvs();
const PREFIX = /^\/v\d+(?=\/|$)/;
const IMPROPER = /\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/;
// @only static
const LINK = /^(v[1-9]\d?)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/;
// @end
// @only api
const ORIGIN = /^([a-z0-9]{1,40}):([\w-]{1,128}):([a-z0-9-]{5,30})$/;
// @end
// @only static
const FILES =
  ' css js mjs map json txt xml svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 mp4 webm pdf webmanifest ';
const ID_SECONDS = 2592000; // how long a browser keeps the anonymous id
const OUT_SECONDS = 34560000; // the longest opt-out; browsers keep no cookie for more than 400 days
// @end

async function handler(event) {
  let viewer = null;
  try {
    viewer = viewerOf(event);
    while (viewer.need) {
      let value = null; // also of a key that is missing; it may be so for seconds
      try {
        value = await store.get(viewer.need);
      } catch (e) {}
      take(viewer, value);
    }
    // @only static
    if (viewer.link) return followLink(viewer);
    // @end
    return viewer.answer || pass(viewer);
  } catch (e) {
    return rescue(event.request, viewer);
  }
}

// What is known of the viewer before the config is read. `answer` is there when no decision is needed.
function viewerOf(event) {
  const request = event.request;
  const headers = request.headers;
  const viewer = {
    event: event,
    request: request,
    time: (Date.now() / 1000) >>> 0, // whole seconds, until 2106
    cookie: COOKIE.exec(single(request.cookies['__Host-gray'])),
    debug: single(headers['x-gray-debug']),
    pin: single(headers['x-gray-pin']),
    kind: API,
    id: '',
    who: null,
    path: request.uri,
    rest: '/index.html',
    link: '',
    need: 'config',
    config: null,
    search: null,
    lane: STABLE,
    reason: '',
    until: 0,
    ahead: -1,
    answer: null,
  };
  forget(headers);
  if (viewer.cookie) viewer.id = viewer.cookie[ID];
  // A pin is nearly always the cookie's lane, and the look at its form costs as much as reading the cookie.
  if (viewer.pin && !(viewer.cookie && viewer.pin === viewer.cookie[LANE_OF]) && viewer.pin.search(LANE)) viewer.pin = '';
  if (!isProper(viewer, request.uri)) {
    viewer.need = '';
    viewer.answer = answerOf(400, 'Bad Request');
  }
  // @only static
  else placeFile(viewer);
  // @end
  return viewer;
}

function answerOf(status, description) {
  return { statusCode: status, statusDescription: description, headers: { 'cache-control': { value: 'no-store' } } };
}

// Deletes the headers that only we may set. By name: a scan of all headers costs fifteen times more.
function forget(headers) {
  delete headers['x-gray'];
  delete headers['x-gray-version'];
  delete headers['x-gray-cookie'];
  delete headers['x-gray-explain'];
  delete headers['x-gray-reload'];
  delete headers['x-gray-reason'];
  delete headers['x-gray-revision'];
  delete headers['x-gray-debug'];
  delete headers['x-api-key'];
  delete headers.traceparent;
  delete headers.tracestate;
  delete headers['x-amzn-trace-id'];
  delete headers.baggage;
}

// No path that another reader could take for another one: dot segments, backslashes, empty segments, control
// characters, a lane's directory, plain or encoded, even twice.
function isProper(viewer, uri) {
  if (uri.indexOf('%') >= 0) {
    try {
      viewer.path = decodeURIComponent(uri);
    } catch (e) {
      return false;
    }
    if (/%(2e|2f|5c|[01][\da-f]|7f)/i.test(viewer.path) || PREFIX.test(uri) !== PREFIX.test(viewer.path)) return false;
  }
  return uri[0] === '/' && viewer.path.search(IMPROPER) < 0; // half of what `test` costs
}

// @only static
// Which kind of file is asked for, and where it is below a lane's directory.
function placeFile(viewer) {
  const request = viewer.request;
  const prefix = viewer.path[1] === 'v' && PREFIX.exec(viewer.path);
  const lane = prefix ? prefix[0] : '';
  if (lane) viewer.path = viewer.path.slice(lane.length) || '/';
  const path = viewer.path;
  const dot = path.lastIndexOf('.');
  const kind = dot > 0 && dot > path.lastIndexOf('/') ? path.slice(dot + 1).toLowerCase() : '';
  if (kind) viewer.rest = request.uri.slice(lane.length);
  if ((kind && kind !== 'html') || (request.method !== 'GET' && request.method !== 'HEAD')) {
    viewer.kind = ASSET;
    if (!lane || FILES.indexOf(' ' + kind + ' ') < 0) return;
    // An open tab keeps the files of its own lane, whatever happens to the lane.
    viewer.need = '';
    viewer.answer = request;
    request.headers['x-gray-version'] = { value: lane.slice(1) };
    return;
  }
  viewer.kind = DOCUMENT;
  viewer.link = single(request.querystring['gray-link']);
  if (!viewer.id) viewer.id = newId(viewer.event.context.requestId);
}

// The anonymous id of a viewer without one.
function newId(requestId) {
  return requestId ? crypto.createHash('sha256').update(requestId).digest('base64url').slice(0, 22) : '';
}

// The cookie's value, and how long the browser keeps it; '' when the viewer has no id. Only gray is signed.
function writeCookie(viewer, lane, expiry) {
  if (!viewer.id) return '';
  const config = viewer.config;
  const epoch = Math.max(viewer.cookie ? viewer.cookie[EPOCH_OF] : 0, config ? config[EPOCH] : 0);
  const fields = ['', viewer.id, lane, epoch, expiry];
  let end = '-.-';
  if (lane !== STABLE && lane !== 'out') {
    const keys = config[KEYS];
    const colon = keys.indexOf(':');
    end = keys.slice(1, colon) + '.' + mac(keys.slice(colon + 1, keys.indexOf(',', colon)), grantText(viewer, fields));
  }
  return viewer.id + '.' + lane + '.' + epoch + '.' + expiry + '.' + end + ';' + Math.max(ID_SECONDS, expiry - viewer.time);
}

// The cookie after a document's decision; '' when the one that is there says the same or must stay.
function cookieAfter(viewer, lane, reason) {
  const cookie = viewer.cookie;
  const config = viewer.config;
  if (viewer.pin || !config) return '';
  if (reason === 'sticky') {
    // After a rotation, sign with the newest key; the expiry stays.
    return config[KEYS].startsWith(',' + cookie[KEY] + ':') ? '' : writeCookie(viewer, lane, +cookie[EXPIRY]);
  }
  if (reason === 'partial' || reason === 'expired' || viewer.ahead > 0) return '';
  const week = viewer.time + WEEK;
  if (lane !== STABLE) return writeCookie(viewer, lane, Math.min(week, viewer.until || week));
  const isSeen = !viewer.ahead;
  if (isOut(viewer)) return isSeen ? '' : writeCookie(viewer, 'out', +cookie[EXPIRY]);
  return isSeen && cookie[LANE_OF] === lane && cookie[EXPIRY] > week - WEEK / 2 ? '' : writeCookie(viewer, lane, week);
}

// `?gray-link=`: into a lane (signed), out of all of them, or back to what the rules say. Answers with the same page
// without the link, whether it was good or not. An opt-out is stronger than a link into a lane.
function followLink(viewer) {
  const parts = viewer.link.split('.');
  const week = viewer.time + WEEK;
  let lane = '';
  let expiry = week;
  if (parts[0] === 'out') {
    lane = 'out';
    // Digits only: engines differ in which spaces around a number they forgive.
    if (parts[1]) expiry = parts[1].search(/\D/) < 0 ? Math.min(+parts[1], viewer.time + OUT_SECONDS) : 0;
  } else if (viewer.link === 'clear') {
    lane = STABLE;
  } else if (isGoodLink(viewer, parts)) {
    lane = parts[0];
    expiry = Math.min(+parts[2], week);
  }
  const answer = answerOf(302, 'Found');
  answer.headers.location = { value: viewer.request.uri + queryWithoutLink(viewer.request.querystring) };
  answer.headers['referrer-policy'] = { value: 'no-referrer' };
  const cookie = lane && expiry > viewer.time && writeCookie(viewer, lane, expiry);
  if (cookie) answer.cookies = { '__Host-gray': setCookie(cookie) };
  return answer;
}

// Only where the rules are asked at all: not killed, not over, not opted out, not behind. Those are the reasons that
// end before the identity is looked for, and leave it null.
function isGoodLink(viewer, parts) {
  const config = viewer.config;
  if (!LINK.test(viewer.link) || viewer.who === null) return false;
  if (+parts[1] !== +config[EPOCH] || !isLive(config, parts[0])) return false;
  const text = ['l1', config[SALT], parts[0], parts[1], parts[2], ''].join('\n');
  return isSealed(config, parts[3], text, parts[4]);
}

// As it was sent, except what must not be in a header.
function queryWithoutLink(querystring) {
  let text = '';
  for (let name in querystring) {
    const field = querystring[name];
    const values = field.multiValue || [field];
    for (let i = 0; name !== 'gray-link' && i < values.length; i++) {
      text += (text ? '&' : '?') + encodeURI(name + '=' + values[i].value).split('%25').join('%');
    }
  }
  return text;
}
// @end

// Sends the request on, into the lane.
function pass(viewer) {
  const request = viewer.request;
  const headers = request.headers;
  // A page whose lane is not available gets stable's answer, and has to load again.
  const isLost = viewer.pin && viewer.pin !== viewer.lane;
  if (isLost && viewer.lane !== STABLE) {
    viewer.lane = STABLE;
    viewer.reason = 'pin-lost';
  }
  const lane = viewer.lane;
  // @only static
  if (viewer.kind === DOCUMENT) headers['x-gray-cookie'] = { value: cookieAfter(viewer, lane, viewer.reason) || '-' };
  request.uri = '/' + lane + viewer.rest;
  // @end
  // @only api
  if (lane !== STABLE) moveOrigin(viewer.config, lane);
  tellApi(headers, lane, viewer.reason, viewer.config ? viewer.config[REVISION] : 0, isLost ? viewer.pin : '');
  // @end
  if (viewer.debug && mayExplain(viewer)) headers['x-gray-explain'] = { value: explain(viewer) };
  headers['x-gray-version'] = { value: lane };
  return request;
}

// @only api
// `lost`: the lane of the page that has to load again, for the API's traces.
function tellApi(headers, lane, reason, revision, lost) {
  headers['x-gray-reason'] = { value: reason };
  headers['x-gray-revision'] = { value: '' + revision };
  headers.baggage = { value: 'gray.version=' + lane };
  if (lost) headers['x-gray-reload'] = { value: lost };
}

// Stable is the behavior's own origin. What is not given here is inherited from it: the API key, the timeouts.
function moveOrigin(config, lane) {
  const m = ORIGIN.exec(entry(config[LANES], lane) + ':' + config[REGION]);
  cf.updateRequestOrigin({ domainName: m[1] + '.execute-api.' + m[3] + '.amazonaws.com', originPath: '/' + m[2] });
}
// @end

// After anything unforeseen (a config that does not parse): stable, as if nothing were known.
function rescue(request, viewer) {
  const headers = request.headers;
  forget(headers);
  headers['x-gray-version'] = { value: STABLE };
  // @only api
  tellApi(headers, STABLE, 'error', 0, viewer && viewer.pin !== STABLE ? viewer.pin : '');
  // @end
  // @only static
  if (!viewer || viewer.kind === DOCUMENT) headers['x-gray-cookie'] = { value: '-' };
  request.uri = '/' + STABLE + (viewer ? viewer.rest : '/index.html');
  // @end
  return request;
}
