// Runs after the cache, for answers below 400: puts what the viewer-request function handed over on the response.
// The request is the one that function made of the viewer's: its headers are ours.

function handler(event) {
  const response = event.response;
  try {
    const sent = event.request.headers;
    const headers = response.headers;
    const cookie = headerOf(sent, 'x-gray-cookie');
    const version = headerOf(sent, 'x-gray-version');
    if (cookie) {
      headers['cache-control'] = { value: 'private, no-cache' };
    } else if (headerOf(sent, 'x-gray-reason')) {
      headers['cache-control'] = { value: 'private, no-store' };
      // An API may answer for another lane (`serve_as`): then that lane counts, and the page has to load again.
      const served = headerOf(headers, 'x-gray-version');
      if (served && served !== version) headers['x-gray-reload'] = { value: '1' };
    }
    if (version && !(headerOf(sent, 'x-gray-reason') && headerOf(headers, 'x-gray-version'))) {
      headers['x-gray-version'] = { value: version };
    }
    if (headerOf(sent, 'x-gray-explain')) headers['x-gray'] = { value: headerOf(sent, 'x-gray-explain') };
    if (headerOf(sent, 'x-gray-reload')) headers['x-gray-reload'] = { value: '1' };
    if (cookie && cookie !== '-') {
      if (!response.cookies) response.cookies = {};
      response.cookies['__Host-gray'] = setCookie(cookie);
    }
  } catch (e) {
    return response;
  }
  return response;
}

function headerOf(headers, name) {
  return headers[name] && typeof headers[name].value === 'string' ? headers[name].value : '';
}
