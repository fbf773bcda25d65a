// Runs after the cache, for answers below 400: puts what the viewer-request function handed over on the response.
// The request is the one that function made of the viewer's: its headers are ours.

function handler(event) {
  const response = event.response;
  try {
    const sent = event.request.headers;
    const headers = response.headers;
    const told = headerOf(sent, 'x-gray-page');
    if (told) {
      const page = told.split('|', 4);
      // A shared file has no lane.
      if (page[0]) headers['x-gray-version'] = { value: page[0] };
      if (page[0] && page.length > 1) toldPage(response, page);
      return response;
    }
    if (!headerOf(sent, 'x-gray-reason')) return response;
    headers['cache-control'] = { value: 'private, no-store' };
    // An API may answer for another lane (`serve_as`): then that lane counts, and the page has to load again.
    const version = headerOf(sent, 'x-gray-version');
    const served = headerOf(headers, 'x-gray-version');
    if (!served) headers['x-gray-version'] = { value: version };
    if (headerOf(sent, 'x-gray-reload') || (served && served !== version)) headers['x-gray-reload'] = { value: '1' };
    if (headerOf(sent, 'x-gray-explain')) headers['x-gray'] = { value: headerOf(sent, 'x-gray-explain') };
  } catch (e) {
    return response;
  }
  return response;
}

// `page`: lane, pin, cookie or `-`, explanation. Scripts of the page read the pin of their own navigation.
function toldPage(response, page) {
  const headers = response.headers;
  const timing = headerOf(headers, 'server-timing');
  headers['cache-control'] = { value: 'private, no-cache' };
  headers['server-timing'] = { value: (timing ? timing + ', ' : '') + 'gray;desc="' + page[1] + '"' };
  if (page[3]) headers['x-gray'] = { value: page[3] };
  if (page[2] !== '-') {
    if (!response.cookies) response.cookies = {};
    response.cookies['__Host-gray'] = setCookie(page[2]);
  }
}

function headerOf(headers, name) {
  return headers[name] && typeof headers[name].value === 'string' ? headers[name].value : '';
}
