// A document or a file: where it is in its lane's folder, which cookie the page gets, and links. Hands over to the
// viewer-response function by one header, `x-gray-page`: lane, pin, cookie, explanation. A file's has the lane alone.
//
// The folder of stable's files. The template can make it empty: then stable is the site as it was before there were
// lanes, and its paths are left as they are.
const STABLE_AT = '/v1';
const PREFIX = /^\/v[1-9]\d?(?=\/|$)/; // a lane's folder
const ODD = /[^\w/-]|\/\//; // not the plain path of a document
const IMPROPER = /\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)|%(2[ef]|5c|[01][\da-f]|7f)/i;

function isShort(request, cookie) {
  return (
    cookie[SEAL] > 0 && request.uri.search(ODD) < 0 && request.uri[1] !== 'v' &&
    request.method === 'GET' && !request.querystring['gray-link'] && !request.headers['x-gray-debug']
  );
}

// A document for a grant of this epoch by the newest key. Everything else goes the long way, which comes to the same;
// so does a release with a lane that has a document for each directory.
function isServed(request, raw, cookie, text, time) {
  const config = text.split('|', REGION);
  if (!isHeld(request, raw, cookie, config, text, time) || config[LANES][0] !== ',') return false;
  const lane = cookie[LANE_OF];
  request.headers['x-gray-page'] = { value: lane + '|' + pinOf(config, lane) + '|-' };
  request.uri = '/' + lane + '/index.html';
  return true;
}

// Where a file is below a lane's directory, before the config is asked whether it is one.
function prepare(viewer) {
  const request = viewer.request;
  const prefix = viewer.path[1] === 'v' && PREFIX.exec(viewer.path);
  const lane = prefix ? prefix[0] : '';
  // A path that another reader could take for another one is not rewritten: dot segments, backslashes, empty segments,
  // control characters, a lane's directory, plain or encoded, even twice.
  const isMalformed = request.uri.indexOf('%') >= 0 && viewer.path === request.uri;
  viewer.isProper = !isMalformed && viewer.path.search(IMPROPER) < 0 && request.uri.startsWith(lane + '/');
  if (lane) viewer.path = viewer.path.slice(lane.length) || '/';
  const path = viewer.path;
  const dot = path.lastIndexOf('.');
  viewer.ending = dot > 0 && dot > path.lastIndexOf('/') ? path.slice(dot + 1).toLowerCase() : '';
  // What is not proper gets the app, as any path that is no file.
  if (!viewer.isProper) {
    viewer.ending = '';
    return;
  }
  if (lane && viewer.ending && viewer.ending !== 'html') {
    // An open tab keeps the files of its own lane, whatever happens to the lane.
    leave(viewer, lane.slice(1));
  } else {
    request.uri = request.uri.slice(lane.length);
  }
}

function leave(viewer, page) {
  viewer.need = '';
  viewer.answer = viewer.request;
  handOver(viewer.request, page);
}

function handOver(request, page) {
  request.headers['x-gray-page'] = { value: page };
}

// A shared file, a file of the viewer's lane, or a document: everything that the lanes' sites name no file for.
function placeFile(viewer) {
  const request = viewer.request;
  const path = viewer.path;
  const ending = viewer.ending;
  if (viewer.config) viewer.files = viewer.config[FILES];
  const files = viewer.files;
  let end = 0;
  while (ending && (end = path.indexOf('/', end + 1)) > 0) {
    if (files.indexOf(' ' + path.slice(0, end + 1) + ' ') >= 0) {
      leave(viewer, '|'); // of no lane
      return;
    }
  }
  const isPage = ending === 'html';
  const isFile =
    !isPage &&
    ((viewer.isProper && path.startsWith('/.well-known/')) || (ending && (!files || files.indexOf(' ' + ending + ' ') >= 0)));
  viewer.isRoute = !isPage && !isFile;
  if (isFile || (request.method !== 'GET' && request.method !== 'HEAD')) {
    viewer.kind = ASSET;
    return;
  }
  viewer.kind = DOCUMENT;
  // Behind `//` a redirect would lead to another site.
  if (viewer.isProper) viewer.link = single(request.querystring['gray-link']);
  // The id of a viewer without one.
  const requestId = viewer.event.context.requestId;
  if (!viewer.id && requestId) viewer.id = digest(requestId).toString('base64url').slice(0, 22);
}

// The cookie's value, and how long the browser keeps it; '' when the viewer has no id. Only gray is signed.
function writeCookie(viewer, lane, expiry) {
  if (!viewer.id) return '';
  const config = viewer.config;
  const epoch = Math.max(viewer.cookie ? viewer.cookie[EPOCH_OF] : 0, config ? config[EPOCH] : 0);
  let text = viewer.id + '.' + lane + '.' + epoch + '.' + expiry + '.';
  if (lane === STABLE || lane === 'out') {
    text += '-.-.-';
  } else {
    text += config[KEY_ID];
    const bytes = sealOf(config[SECRET], 'c2\n', text, viewer.who);
    text += '.' + fifteen(bytes.readUIntBE(0, 6)) + '.' + fifteen(bytes.readUIntBE(6, 6));
  }
  return text + ';' + Math.max(ID_SECONDS, expiry - viewer.time);
}

function fifteen(number) {
  return ('' + (1e15 + number)).slice(1);
}

// The cookie after a document's decision; '' when the one that is there says the same or must stay.
function cookieAfter(viewer, lane, reason) {
  const cookie = viewer.cookie;
  const config = viewer.config;
  if (!config) return '';
  if (reason === 'sticky') {
    // After a rotation, sign with the newest key; the expiry stays.
    return config[KEY_ID] === cookie[KEY] ? '' : writeCookie(viewer, lane, +cookie[EXPIRY]);
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
  } else if (isGoodLink(viewer)) {
    lane = parts[0];
    expiry = Math.min(+parts[2], week);
  }
  const answer = redirectTo(viewer.request, '');
  const cookie = lane && expiry > viewer.time && writeCookie(viewer, lane, expiry);
  if (cookie) answer.cookies = { '__Host-gray': setCookie(cookie) };
  return answer;
}

function redirectTo(request, end) {
  return {
    statusCode: 302,
    headers: {
      'cache-control': { value: 'no-store' },
      location: { value: request.uri + end + queryWithoutLink(request) },
      'referrer-policy': { value: 'no-referrer' },
    },
  };
}

// Only where the rules are asked at all: not killed, not over, not opted out, not behind. Those are the reasons that
// end before the identity is looked for, and leave it null.
function isGoodLink(viewer) {
  const config = viewer.config;
  const parts = viewer.who !== null && permitted(config, 'l2\n', viewer.link, viewer.time);
  return parts && parts[EPOCH_OF] === config[EPOCH] && isLive(config, parts[LANE_OF]);
}

// As it was sent, without the link; a header has no letters beyond ASCII.
function queryWithoutLink(request) {
  const fields = (request.rawQueryString() || '').split('&').filter(isNoLink);
  return fields.length ? '?' + encodeURI(fields.join('&')).split('%25').join('%') : '';
}

function isNoLink(field) {
  return field && !field.startsWith('gray-link=');
}
// Sends the request on, into the lane.
function pass(viewer) {
  if (viewer.link) return followLink(viewer);
  const request = viewer.request;
  const lane = viewer.lane;
  const isDirectory = viewer.isProper && viewer.files.indexOf(' ' + lane + '/ ') >= 0;
  if (isDirectory && viewer.isRoute && !request.uri.endsWith('/')) return redirectTo(request, '/');
  let page = lane;
  if (viewer.kind === DOCUMENT) {
    page += '|' + pinOf(viewer.config, lane) + '|' + (cookieAfter(viewer, lane, viewer.reason) || '-') + '|' + explanation(viewer);
  }
  handOver(request, page);
  place(viewer, lane, isDirectory);
  return request;
}

// Puts the path of a request into the lane's folder.
function place(viewer, lane, isDirectory) {
  const request = viewer.request;
  const folder = lane === STABLE ? STABLE_AT : '/' + lane;
  if (!folder && !isDirectory) return;
  let rest = request.uri;
  if (viewer.isRoute) rest = isDirectory ? rest + 'index.html' : '/index.html';
  request.uri = folder + rest;
}

// After anything unforeseen (a config that does not parse): stable, as if nothing were known.
function rescue(request, viewer) {
  const page = viewer && viewer.kind !== DOCUMENT ? STABLE : STABLE + '|' + STABLE + '|-';
  handOver(request, page);
  if (viewer) place(viewer, STABLE, false);
  else if (STABLE_AT) request.uri = STABLE_AT + '/index.html';
  return request;
}
