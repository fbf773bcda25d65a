// A call of an API: follows its page by the pin, chooses the lane's origin, and tells the API what was decided.
const LANE = /^v[1-9]\d?$/;

function isShort(request, cookie) {
  return !request.headers['x-gray-debug'] && (cookie[SEAL] > 0 || request.headers['x-gray-pin']);
}

// A call of a page with a pin of this epoch, or for a grant as above.
function isServed(request, raw, cookie, text, time) {
  const config = text.split('|', OLD_KEYS);
  const pin = single(request.headers['x-gray-pin']);
  let lane = cookie[LANE_OF];
  if (pin.length < 32) {
    if ((pin && pin !== lane) || !isHeld(request, raw, cookie, config, text, time)) return false;
  } else {
    // The cookie may say more: an opt-out, another epoch.
    if (raw && (lane === 'out' || cookie[EPOCH_OF] !== config[EPOCH])) return false;
    lane = pin.split('.', 1)[0];
    if (lane === STABLE || !isOpen(config, text, time) || !isPinned(config, lane, pin, time)) return false;
  }
  if (!moveOrigin(config, lane, request.uri)) return false;
  forget(request.headers);
  tellApi(request.headers, lane, pin.length < 32 ? 'sticky' : 'pin', config[REVISION], '');
  return true;
}

function prepare(viewer) {
  const headers = viewer.request.headers;
  viewer.pinned = single(headers['x-gray-pin']);
  const lane = viewer.pinned.split('.', 1)[0];
  if (lane.search(LANE) === 0) viewer.pin = lane;
  forget(headers);
}

// Deletes the headers that only we may set. By name: a scan of all headers costs fifteen times more.
function forget(headers) {
  delete headers['x-gray'];
  delete headers['x-gray-page'];
  delete headers['x-gray-pin'];
  delete headers['x-gray-explain'];
  delete headers['x-gray-reload'];
  delete headers['x-gray-to'];
  delete headers['x-gray-debug'];
  delete headers['x-api-key'];
  delete headers.traceparent;
  delete headers.tracestate;
  delete headers['x-amzn-trace-id'];
}

// Sends the request on, into the lane.
function pass(viewer) {
  const request = viewer.request;
  // A page whose lane is not available gets stable's answer, and has to load again.
  const isLost = viewer.pin && viewer.pin !== viewer.lane;
  if (isLost && viewer.lane !== STABLE) {
    viewer.lane = STABLE;
    viewer.reason = 'pin-lost';
  }
  // What the lane has no origin for is stable's, for its pages too.
  if (viewer.lane !== STABLE && !moveOrigin(viewer.config, viewer.lane, request.uri)) {
    viewer.lane = STABLE;
    viewer.reason = 'no-origin';
  }
  const told = explanation(viewer);
  tellApi(request.headers, viewer.lane, viewer.reason, viewer.config ? viewer.config[REVISION] : 0, isLost ? viewer.pin : '');
  if (told) request.headers['x-gray-explain'] = { value: told };
  return request;
}

// `lost`: the lane of the page that has to load again, for the API's traces.
function tellApi(headers, lane, reason, revision, lost) {
  headers['x-gray-version'] = { value: lane };
  headers['x-gray-reason'] = { value: reason };
  headers['x-gray-revision'] = { value: '' + revision };
  headers.baggage = { value: 'gray.version=' + lane };
  if (lost) headers['x-gray-reload'] = { value: lost };
}

// Whether the lane has an origin for the path. They are `<path prefix>:<host>:<kind><path>`, the longest prefix first;
// stable is the behavior's own origin. What is not given here is inherited from that: the API key, the timeouts.
function moveOrigin(config, lane, uri) {
  const parts = entry(config[LANES], lane).split(':');
  for (let i = 3; i < parts.length; i += 3) {
    if (uri.startsWith(parts[i - 2])) {
      cf.updateRequestOrigin(originOf(parts[i - 1], parts[i], config[REGION]));
      return true;
    }
  }
  return false;
}

// Kinds: `a` an API of API Gateway, `f` a function URL, `o` one that CloudFront signs for, `u` any host.
function originOf(host, path, region) {
  const kind = path[0];
  const origin = { domainName: host, originPath: path.slice(1) };
  if (kind === 'a') origin.domainName = host + '.execute-api.' + region + '.amazonaws.com';
  if (kind === 'f' || kind === 'o') origin.domainName = host + '.lambda-url.' + region + '.on.aws';
  if (kind === 'o') {
    origin.originAccessControlConfig = { enabled: true, signingBehavior: 'always', signingProtocol: 'sigv4', originType: 'lambda' };
  }
  return origin;
}

// After anything unforeseen (a config that does not parse): stable, as if nothing were known.
function rescue(request, viewer) {
  forget(request.headers);
  tellApi(request.headers, STABLE, 'error', 0, viewer && viewer.pin !== STABLE ? viewer.pin : '');
  return request;
}
