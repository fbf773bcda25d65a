// Runs the built viewer-request function for many viewers, in QuickJS. CloudFront's APIs are replaced by fast
// versions: the store answers at once, digests are native, and the latest ones are cached.
//
// A decision depends on an id only by its bucket and its lists. Both come from the edge's own sources, and the whole
// function runs once for all viewers that are equal in these and in the fields that rules use (docs/decisions/0601).
// tests/unit/grayctl/test_preview_engine.py compares the result with a run for each viewer, and with edge.engine.
(function () {
  'use strict';

  const parse = JSON.parse;
  const EXPIRY = 4102444800; // 2100: the previewed cookies and the clock are ours
  let store = {};

  // The last four answers. Comparing four texts is cheaper than a hash table.
  function remembering(compute) {
    const texts = ['', '', '', ''];
    const ways = ['', '', '', ''];
    const answers = [null, null, null, null];
    let next = 0;
    return function (text, way, key) {
      for (let i = 0; i < 4; i++) if (texts[i] === text && ways[i] === way && answers[i] !== null) return answers[i];
      const at = next;
      next = (next + 1) & 3;
      texts[at] = text;
      ways[at] = way;
      return (answers[at] = compute(text, way, key));
    };
  }

  const digestOf = remembering(__digest);
  const rulesOf = remembering((text) => parse(text));

  // One digest at a time, as in the function: create, update, digest.
  const digest = {
    key: null,
    text: '',
    update(text) {
      if (typeof text !== 'string') throw new TypeError('the preview digests texts only');
      this.text += text;
      return this;
    },
    digest(encoding) {
      const way = encoding || 'hex';
      const answer = this.key === null ? digestOf(this.text, way, null) : digestOf(this.text, way + this.key, this.key);
      return encoding ? answer : new Bytes(answer);
    },
  };

  function begin(key) {
    digest.key = key;
    digest.text = '';
    return digest;
  }

  class Bytes {
    constructor(hex) { this.hex = hex; }
    toString(encoding) { return encoding === 'hex' ? this.hex : __text(this.hex, encoding || 'utf8'); }
    slice(start, end) { return new Bytes(this.hex.slice(2 * start, 2 * end)); }
    readUIntBE(offset, length) { return parseInt(this.hex.substr(2 * offset, 2 * length), 16); }
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
      createHash() { return begin(null); },
      createHmac(_, key) { return begin(key); },
    },
  };
  globalThis.Buffer = { from(text, encoding) { return new Bytes(__hex(text, encoding || 'utf8')); } };
  globalThis.require = function (name) { return modules[name]; };
  JSON.parse = function (text) { return rulesOf(text, '', null); };

  // The fields of a viewer's line.
  const ID = 0, COUNTRY = 1, DEVICE = 2, PATH = 3, IP = 4, COOKIES = 5, QUERY = 6;
  const DEVICES = { mobile: 1, tablet: 1, desktop: 1 };
  const NO_QUERY = {};
  const ANONYMOUS = /^[\w-]{16,32}$/;
  const GRAY = '__Host-gray';
  const MANY = 200000;
  const alike = new Map();
  const SOMEBODY = '0000000000000000000000'; // the random id of a viewer with an identity

  function eventOf(fields, side, cookie) {
    const headers = {};
    const cookies = {};
    if (fields[COOKIES]) addPairs(cookies, fields[COOKIES], ';');
    if (fields[COUNTRY]) headers['cloudfront-viewer-country'] = { value: fields[COUNTRY] };
    if (DEVICES[fields[DEVICE]]) headers['cloudfront-is-' + fields[DEVICE] + '-viewer'] = { value: 'true' };
    if (side.sources.length) {
      const source = side.sources[0];
      (source[0] === 'c' ? cookies : headers)[source.slice(2)] = { value: identityOf(fields[ID], side) };
    }
    if (cookie) cookies[GRAY] = { value: cookie };
    return {
      viewer: { ip: fields[IP] || '192.0.2.1' },
      request: {
        method: 'GET',
        uri: fields[PATH] || '/',
        querystring: fields[QUERY] ? addPairs({}, fields[QUERY], '&') : NO_QUERY,
        headers: headers,
        cookies: cookies,
      },
    };
  }

  // What the viewer's browser sends: the id itself, or signed with the preview's own key if the release requires it.
  function identityOf(id, side) {
    return side.kind === 'plain' ? id : __identity(id, side.kind, side.claim, EXPIRY);
  }

  // The pairs of cookies or a query that rules use.
  function asked(text, between, names) {
    let kept = '';
    for (const pair of text.split(between)) if (names.includes(pair.slice(0, pair.indexOf('=')).trim())) kept += pair + between;
    return kept;
  }

  function addPairs(fields, text, between) {
    for (const pair of text.split(between)) {
      const at = pair.indexOf('=');
      const name = pair.slice(0, at).trim();
      if (at > 0 && name !== GRAY) fields[name] = { value: pair.slice(at + 1).trim() };
    }
    return fields;
  }

  // The rules' decision: the API function decides for a viewer without a grant as for a document.
  function decide(fields, side, cookie) {
    store = side.store;
    const headers = side.run(eventOf(fields, side, cookie)).headers;
    return [headers['x-gray-version'].value, headers['x-gray-reason'].value];
  }

  // The anonymous id in a cookie without an epoch: a known viewer without a grant.
  function known(fields, side) {
    return side.sources.length ? '' : fields[ID] + '.v1.0.' + EXPIRY + '.-.-.-';
  }

  // The cookie with the grant that a document got under the previous release.
  function granted(fields, side, lane) {
    const id = side.sources.length ? SOMEBODY : fields[ID];
    return __grant(side.salt, id, lane, side.epoch, EXPIRY, side.sources.length ? fields[ID] : '');
  }

  // The viewer's facts that can affect the decision; '' if only a run can tell.
  function likeness(fields, sides) {
    const id = fields[ID];
    const before = sides[0], after = sides[1];
    if (before.asksId || after.asksId || !isOrdinary(id, before) || (!after.isTwin && !isOrdinary(id, after))) return '';
    let key = facts(id, before);
    // Same salt and lists, same facts.
    if (!after.isTwin) key += facts(id, after);
    for (let i = 0; i < before.asks.length; i++) key += '\t' + fields[before.asks[i]];
    if (before.asksCookies.length && fields[COOKIES]) key += '\t' + asked(fields[COOKIES], ';', before.asksCookies);
    if (before.asksQuery.length && fields[QUERY]) key += '\n' + asked(fields[QUERY], '&', before.asksQuery);
    return key;
  }

  function isOrdinary(id, side) {
    return side.sources.length ? id !== '' && id.length <= 256 : ANONYMOUS.test(id);
  }

  function facts(id, side) {
    const viewer = side.viewer;
    if (side.sources.length) viewer.who = id;
    else viewer.id = id;
    let key = side.edge.bucketOf(viewer) + ' ';
    for (const list of side.lists) {
      viewer.need = viewer.search.doubt = '';
      key += +side.edge.inList(list, viewer) + viewer.search.doubt + viewer.need;
    }
    return key;
  }

  // Lane before, lane after, and their reasons.
  function outcome(fields, before, after) {
    const was = decide(fields, before, known(fields, before));
    // A grant of an earlier epoch is ignored: a grant holds a viewer only within its epoch.
    const isHeld = was[0] !== 'v1' && before.epoch === after.epoch;
    const is = decide(fields, after, isHeld ? granted(fields, before, was[0]) : known(fields, after));
    const movement = was[0] + '\t' + is[0];
    return { movement: movement, told: movement + '\t' + was[1] + '\t' + is[1] + '\t', isMove: was[0] !== is[0] };
  }

  function load(text) { return new Function('require', text)(globalThis.require); }

  return {
    // The functions are the built code without `async` and `await`: the store here answers at once.
    prepare(side, code, decideCode) {
      side.run = load(code);
      side.edge = load(decideCode);
      const config = side.edge.readConfig(side.store.config) || [];
      side.viewer = { config: config, who: '', id: '', need: '', search: { shards: side.store, doubt: '' } };
      return side;
    },
    setNow(seconds) { Date.now = () => seconds * 1000; },
    // Lines in, counts out: {"<lane>\t<lane>\t<reason>\t<reason>\t<country>\t<device>": n} and examples by movement.
    run(sides, lines, wanted) {
      const counts = {};
      const examples = {};
      for (const line of lines.split('\n')) {
        if (!line) continue;
        const fields = line.split('\t');
        const like = sides[0].alike ? likeness(fields, sides) : '';
        let found = like && alike.get(like);
        if (!found) {
          found = outcome(fields, sides[0], sides[1]);
          if (alike.size >= MANY) alike.clear();
          if (like) alike.set(like, found);
        }
        const key = found.told + fields[COUNTRY] + '\t' + fields[DEVICE];
        counts[key] = (counts[key] || 0) + 1;
        if (found.isMove) {
          const shown = examples[found.movement] || (examples[found.movement] = []);
          if (shown.length < wanted) shown.push(fields[ID]);
        }
      }
      return JSON.stringify({ counts: counts, examples: examples });
    },
  };
})()
