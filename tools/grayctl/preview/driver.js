// Runs the built viewer-request functions for many viewers in a row, in QuickJS. What CloudFront offers beside the
// language is here in a form made for speed: the store answers at once, digests are native, and the last answers are
// remembered, because each viewer is asked about under two configurations and the texts repeat.
// tests/unit/grayctl compares the outcomes with edgerun's engine, which is the reference.
(function () {
  'use strict';

  const parse = JSON.parse;
  const EXPIRY = 4102444800; // 2100: the previewed cookies and the clock are ours
  let store = {};

  function frozen(value) {
    if (value && typeof value === 'object') {
      Object.values(value).forEach(frozen);
      Object.freeze(value);
    }
    return value;
  }

  // The last four answers. Comparing four texts is cheaper than a hash table for so few.
  function remembering(compute) {
    const texts = ['', '', '', ''];
    const keys = ['', '', '', ''];
    const answers = [null, null, null, null];
    let next = 0;
    return function (text, key) {
      for (let i = 0; i < 4; i++) if (texts[i] === text && keys[i] === key && answers[i] !== null) return answers[i];
      const at = next;
      next = (next + 1) & 3;
      texts[at] = text;
      keys[at] = key;
      return (answers[at] = compute(text, key));
    };
  }

  const sha256 = remembering(__sha256);
  const hmac = remembering(__hmac);
  const base64url = remembering(__base64url);
  const rulesOf = remembering((text) => frozen(parse(text)));

  class Digest {
    constructor(key) {
      this.key = key;
      this.text = '';
    }
    update(text) {
      if (typeof text !== 'string') throw new TypeError('the preview digests texts only');
      this.text += text;
      return this;
    }
    digest(encoding) {
      const text = this.text.toWellFormed();
      const hex = this.key === null ? sha256(text) : hmac(text, this.key);
      if (encoding === 'hex') return hex;
      if (encoding === 'base64url') return base64url(hex);
      throw new TypeError('the preview knows digests in hex and base64url only');
    }
  }

  class Bytes {
    constructor(hex) { this.hex = hex; }
    toString(encoding) { return encoding === 'base64url' ? base64url(this.hex) : __text(this.hex); }
  }

  const modules = {
    cloudfront: {
      kvs() {
        return {
          get(key) {
            const value = store[key];
            if (value === undefined) throw new Error('KeyNotFound');
            return value;
          },
        };
      },
      updateRequestOrigin() {},
    },
    crypto: {
      createHash() { return new Digest(null); },
      createHmac(_, key) { return new Digest(key); },
    },
  };
  globalThis.Buffer = { from(text, encoding) { return new Bytes(encoding === 'hex' ? text : __hex(text, encoding)); } };
  globalThis.require = function (name) { return modules[name]; };
  JSON.parse = function (text) { return rulesOf(text); };

  const DEVICES = { mobile: 'mobile', tablet: 'tablet', desktop: 'desktop' };

  // One viewer's request. The fields of a line: id, country, device, path, ip, cookies as the browser sends them.
  function eventOf(fields, side, cookie) {
    const headers = { host: { value: 'preview' } };
    const cookies = {};
    if (fields[5]) addCookies(cookies, fields[5]);
    if (fields[1]) headers['cloudfront-viewer-country'] = { value: fields[1] };
    if (DEVICES[fields[2]]) headers['cloudfront-is-' + fields[2] + '-viewer'] = { value: 'true' };
    for (const source of side.sources) {
      (source[0] === 'c' ? cookies : headers)[source.slice(2)] = { value: fields[0] };
    }
    if (cookie) cookies['__Host-gray'] = { value: cookie };
    return {
      version: '1.0',
      context: { eventType: 'viewer-request', requestId: 'preview' },
      viewer: { ip: fields[4] || '192.0.2.1' },
      request: { method: 'GET', uri: fields[3] || '/', querystring: {}, headers: headers, cookies: cookies },
    };
  }

  function addCookies(cookies, text) {
    for (const pair of text.split(';')) {
      const at = pair.indexOf('=');
      if (at > 0) cookies[pair.slice(0, at).trim()] = { value: pair.slice(at + 1).trim() };
    }
  }

  // The rules' word: what the API function decides for a viewer without a grant is what a document would get.
  function byRules(fields, side, cookie) {
    store = side.store;
    return side.api(eventOf(fields, side, cookie)).headers;
  }

  // The cookie that a document sets for this viewer; what is there already when it sets none.
  function cookieFrom(fields, side, cookie) {
    store = side.store;
    const told = side.document(eventOf(fields, side, cookie)).headers['x-gray-cookie'];
    const value = told ? told.value : '-';
    return value === '-' ? cookie : value.slice(0, value.indexOf(';'));
  }

  // The anonymous id in a cookie of no epoch: known, and granted nothing.
  function anonymous(fields, side) {
    return side.sources.length ? '' : fields[0] + '.v1.0.' + EXPIRY + '.-.-';
  }

  return {
    // The functions are the built text without `async` and `await`: the store here answers at once.
    load(text) { return new Function('require', text)(globalThis.require); },
    setNow(seconds) { Date.now = () => seconds * 1000; },
    frozen: frozen,
    // Lines in, counts out: {"<lane>\t<reason>\t<lane>\t<reason>\t<country>\t<device>": n} and examples by movement.
    run(before, after, lines, wanted) {
      const counts = {};
      const examples = {};
      for (const line of lines.split('\n')) {
        if (!line) continue;
        const fields = line.split('\t');
        const was = byRules(fields, before, anonymous(fields, before));
        const laneBefore = was['x-gray-version'].value;
        let cookie = anonymous(fields, after);
        if (laneBefore !== 'v1') cookie = cookieFrom(fields, before, anonymous(fields, before));
        const is = byRules(fields, after, cookie);
        const laneAfter = is['x-gray-version'].value;
        const reasons = was['x-gray-reason'].value + '\t' + is['x-gray-reason'].value;
        const key = laneBefore + '\t' + laneAfter + '\t' + reasons + '\t' + (fields[1] || '') + '\t' + (fields[2] || '');
        counts[key] = (counts[key] || 0) + 1;
        if (laneBefore !== laneAfter) {
          const movement = laneBefore + '\t' + laneAfter;
          const shown = examples[movement] || (examples[movement] = []);
          if (shown.length < wanted) shown.push(fields[0]);
        }
      }
      return JSON.stringify({ counts: counts, examples: examples });
    },
  };
})()
