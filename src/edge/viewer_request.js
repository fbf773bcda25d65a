// Runs before the cache: decides the lane, and sends the request into it. Two functions are built from this file, one a
// behavior: with document.js, and with call.js, which say what is short, what is asked for, and how it goes on. A handler
// must not fail: an exception is a 503 for the whole behavior.
import cf from 'cloudfront';

const store = cf.kvs();

async function handler(event) {
  const request = event.request;
  let viewer = null;
  let text = null;
  try {
    const raw = single(request.cookies['__Host-gray']);
    const cookie = raw.split('.', 8);
    const time = (Date.now() / 1000) >>> 0; // whole seconds, until 2106
    // Most requests have a grant or a pin, and nothing more to ask. All others go the long way, which comes to the same;
    // so do all of a release that is not active.
    if (isShort(request, cookie)) {
      try {
        text = await store.get('config');
      } catch (e) {}
      if (text && text[1] === 'a' && isServed(request, raw, cookie, text, time)) return request;
    }
    viewer = viewerOf(event, raw, cookie, time);
    while (viewer.need) {
      let value = viewer.need === 'config' ? text : null; // null also of a key that is missing; it may be so for seconds
      if (value === null) {
        try {
          value = await store.get(viewer.need);
        } catch (e) {}
      }
      take(viewer, value);
    }
    return viewer.answer || pass(viewer);
  } catch (e) {
    return rescue(request, viewer);
  }
}

function isOpen(config, text, time) {
  return config[STATE] === '2a' && config.length > SECRET && config[UNTIL] > time && text[text.length - 1] === ';';
}

// Whether the cookie is a grant of this epoch, by the newest key, and the head alone says so.
function isHeld(request, raw, cookie, config, text, time) {
  const spec = config[IDENTITY];
  return (
    isOpen(config, text, time) && cookie[EPOCH_OF] === config[EPOCH] && (!spec || spec[0] === 'p') && raw.search(COOKIE) === 0 &&
    isGranted(config, raw, cookie, time, identityOf(request, config, time))
  );
}

// What is known of the viewer before the config is read. `answer` is there when no decision is needed.
function viewerOf(event, raw, cookie, time) {
  const request = event.request;
  const headers = request.headers;
  const viewer = {
    event: event,
    request: request,
    time: time,
    raw: raw,
    cookie: raw && raw.search(COOKIE) === 0 ? cookie : null,
    debug: single(headers['x-gray-debug']),
    pinned: '',
    pin: '',
    kind: API,
    id: '',
    who: null,
    path: decoded(request.uri),
    files: '',
    isRoute: true,
    link: '',
    ending: '',
    isProper: false,
    need: 'config',
    config: null,
    search: null,
    lane: STABLE,
    reason: '',
    until: 0,
    ahead: -1,
    answer: null,
  };
  if (viewer.cookie) viewer.id = cookie[ID];
  prepare(viewer);
  return viewer;
}

// The answer to a debug request that is signed by us; '' to any other.
function explanation(viewer) {
  const config = viewer.config;
  if (!viewer.debug || !config || !permitted(config, 'd2\n', viewer.debug, viewer.time)) return '';
  const bucket = bucketOf(viewer);
  return (
    viewer.lane + '; rule=' + viewer.reason + '; bucket=' + (bucket < 0 ? '-' : bucket) + '; revision=' + config[REVISION] +
    '; epoch=' + config[EPOCH] + '; location=' + (cf.edgeLocation || {}).name
  );
}
