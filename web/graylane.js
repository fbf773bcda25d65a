// The page's script: keeps a page and its API calls in one lane. `grayctl site upload` puts it first into the head of each
// document; a page with a stricter policy bundles it, before anything that calls an API.
//
// What a page must not lose when it is loaded again, it saves on the event `gray-reload`; `preventDefault()` leaves the
// loading to the page.
(() => {
  const PIN = 'x-gray-pin';
  const RELOADED = 'gray-reloaded';
  const nativeFetch = window.fetch;
  const nativeOpen = XMLHttpRequest.prototype.open;

  const navigation = () => performance.getEntriesByType('navigation')[0];

  /** The pin that the edge sent with the page; where scripts cannot read that, the lane's name. */
  const pin = () => navigation()?.serverTiming?.find(({ name }) => name === 'gray')?.description || '__LANE__';

  const isOwn = (url) => new URL(url, document.baseURI).origin === location.origin;

  window.fetch = async (input, init) => {
    if (!isOwn(input instanceof Request ? input.url : input)) return nativeFetch(input, init);
    const request = new Request(input, init);
    if (!request.headers.has(PIN)) request.headers.set(PIN, pin());
    const response = await nativeFetch(request);
    heed((name) => response.headers.get(name));
    return response;
  };

  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    nativeOpen.call(this, method, url, ...more);
    if (!isOwn(url)) return;
    this.setRequestHeader(PIN, pin());
    this.addEventListener('load', () => heed((name) => this.getResponseHeader(name)));
  };

  /** Load the page again when its lane is gone: once, until an API answers in the page's lane again. */
  function heed(header) {
    const isLost = header('x-gray-reload') === '1';
    // Every answer of an API has this header from the edge, and no file has it.
    if (!isLost && /no-store/.test(header('cache-control'))) return keep(null);
    // Where storage is forbidden, a page that was loaded again is not loaded another time.
    if (!isLost || kept(navigation()?.type === 'reload')) return;
    keep('yes');
    if (dispatchEvent(new Event('gray-reload', { cancelable: true }))) location.reload();
  }

  /** Session storage throws where cookies are blocked. */
  function kept(otherwise) {
    try { return sessionStorage.getItem(RELOADED); } catch { return otherwise; }
  }

  function keep(value) {
    try {
      if (value === null) sessionStorage.removeItem(RELOADED);
      else sessionStorage.setItem(RELOADED, value);
    } catch { /* nothing is kept then */ }
  }
})();
