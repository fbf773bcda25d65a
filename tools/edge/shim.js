// The APIs of CloudFront's JavaScript runtime 2.0, for QuickJS. Names that start with __ and are not defined
// here are Python callables (engine.py). Evaluates to an object for the engine.
(function () {
  'use strict';

  let origin = null;
  let logs = [];
  let outcome = null;

  const store = {
    async get(key, options) {
      const raw = __kvsGet(flat(String(key)));
      if (raw === null || raw === undefined) throw new Error('KeyNotFound: ' + key);
      const format = (options && options.format) || 'string';
      if (format === 'json') return JSON.parse(raw);
      if (format === 'bytes') return Buffer.from(raw, 'utf8');
      if (format !== 'string') throw new TypeError('unknown format ' + format);
      return raw;
    },
    async exists(key) {
      const raw = __kvsGet(flat(String(key)));
      return raw !== null && raw !== undefined;
    },
    async meta() {
      return { creationDateTime: '', lastUpdatedDateTime: '', keyCount: 0 };
    },
  };

  function recorded(helper) {
    return function () {
      origin = { helper: helper, arguments: Array.prototype.slice.call(arguments) };
    };
  }

  const cf = {
    edgeLocation: { name: 'FRA', serverIp: '192.0.2.1', region: 'eu-central-1' },
    kvs() { return store; },
    updateRequestOrigin: recorded('updateRequestOrigin'),
    selectRequestOriginById: recorded('selectRequestOriginById'),
    createRequestOriginGroup: recorded('createRequestOriginGroup'),
  };

  class Buffer extends Uint8Array {
    static from(value, encoding) {
      if (typeof value !== 'string') return new Buffer(value);
      const hex = __bytesOf(flat(value), encoding || 'utf8');
      const bytes = new Buffer(hex.length / 2);
      for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(i * 2, 2), 16);
      return bytes;
    }
    toString(encoding) {
      return __textOf(hexOf(this), encoding || 'utf8');
    }
    slice(start, end) {
      return this.subarray(start, end);
    }
    readUIntBE(offset, length) {
      let number = 0;
      for (let i = offset; i < offset + length; i++) number = number * 256 + this[i];
      return number;
    }
  }

  // CloudFront keeps the query as it was sent; an event in JSON has its fields alone.
  function eventOf(json) {
    const event = JSON.parse(json);
    const fields = [];
    for (const [name, field] of Object.entries(event.request.querystring || {})) {
      for (const one of field.multiValue || [field]) fields.push(name + '=' + one.value);
    }
    event.request.rawQueryString = () => fields.join('&');
    return event;
  }

  // A long concatenation is a rope inside QuickJS, which Python callables cannot accept: joining makes it one string.
  function flat(text) {
    return [text].join('').toWellFormed();
  }

  function hexOf(bytes) {
    let hex = '';
    for (const b of bytes) hex += (b < 16 ? '0' : '') + b.toString(16);
    return [hex].join('');
  }

  // Text goes to Python as text; bytes as hex.
  class Digest {
    constructor(algorithm, key) {
      this.algorithm = String(algorithm);
      this.key = key;
      this.text = '';
      this.bytes = null;
    }
    update(data) {
      if (typeof data === 'string' && this.bytes === null) {
        this.text += data;
      } else {
        if (this.bytes === null) this.bytes = hexOf(Buffer.from(this.text, 'utf8'));
        this.bytes += hexOf(typeof data === 'string' ? Buffer.from(data, 'utf8') : data);
      }
      return this;
    }
    digest(encoding) {
      const isText = this.bytes === null;
      const data = isText ? flat(this.text) : this.bytes;
      const answer = __digest(this.algorithm, this.key, data, isText, encoding || 'hex');
      return encoding ? answer : Buffer.from(answer, 'hex');
    }
  }

  const crypto = {
    createHash(algorithm) { return new Digest(algorithm, null); },
    createHmac(algorithm, key) {
      return new Digest(algorithm, typeof key === 'string' ? hexOf(Buffer.from(key, 'utf8')) : hexOf(key));
    },
  };

  const querystring = {
    escape: encodeURIComponent,
    unescape: decodeURIComponent,
    parse(text) {
      const answer = {};
      for (const pair of text.split('&')) {
        const at = pair.indexOf('=');
        const name = decodeURIComponent(at < 0 ? pair : pair.slice(0, at));
        answer[name] = at < 0 ? '' : decodeURIComponent(pair.slice(at + 1));
      }
      return answer;
    },
    stringify(values) {
      return Object.entries(values).map((e) => encodeURIComponent(e[0]) + '=' + encodeURIComponent(e[1])).join('&');
    },
  };

  const modules = { cloudfront: cf, crypto: crypto, querystring: querystring, buffer: { Buffer: Buffer } };
  const clock = Date.now;

  globalThis.Buffer = Buffer;
  globalThis.console = { log(text) { logs.push(String(text)); } };
  globalThis.require = function (name) {
    if (!modules[name]) throw new Error('Cannot find module "' + name + '"');
    return modules[name];
  };

  return {
    start(handler, eventJson, now) {
      origin = null;
      logs = [];
      outcome = null;
      // CloudFront fixes the clock to the start of the invocation.
      const at = now === null ? clock() : now;
      Date.now = () => at;
      const fail = (e) => { outcome = { error: e && e.stack ? String(e) + '\n' + e.stack : String(e) }; };
      try {
        Promise.resolve(handler(eventOf(eventJson))).then((value) => { outcome = { value: value }; }, fail);
      } catch (e) {
        fail(e);
      }
    },
    finish() {
      if (outcome === null) return null;
      outcome.origin = origin;
      outcome.logs = logs;
      return JSON.stringify(outcome);
    },
  };
})()
