// Who logged in, for the edge: a signed identity, which nobody else can write (docs/reference/edge-config.md, "Seals").
import { createHmac } from 'node:crypto';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Bytes of a cookie's name and value that browsers keep at least (RFC 6265bis, "Limits"). */
const MOST_COOKIE = 4096;

/**
 * The identity as the edge checks it: `<value>.<mac>`.
 * @param {string} value who it is, such as an account's id
 * @param {string} key the key of identities, which `grayctl keys identity` gave to the edge
 */
export function signIdentity(value, key) {
  if (!value) throw new RangeError("the identity is empty: sign an account's id");
  if (!key) throw new RangeError('there is no key of identities: set one with `grayctl keys identity`');
  const mac = createHmac('sha256', key).update(`i1\n\n${value}\n`).digest('base64url');
  return `${value}.${mac.slice(0, 22)}`;
}

/**
 * The `Set-Cookie` line of a login: the signed identity, for this host alone, unreadable for scripts.
 * @param {string} name the cookie that the release names in `identity.sources`
 * @param {string} value who it is
 * @param {string} key the key of identities
 * @param {number} maxAge seconds, as long as the login itself
 */
export function identityCookie(name, value, key, maxAge) {
  if (!NAME.test(name)) {
    throw new RangeError(`${JSON.stringify(name)} is no name of a cookie: use letters, digits, - and _`);
  }
  const pair = `${name}=${encoded(signIdentity(value, key))}`;
  if (pair.length > MOST_COOKIE) {
    throw new RangeError(
      `the cookie has ${pair.length} bytes of the ${MOST_COOKIE} that browsers keep: sign a shorter id`,
    );
  }
  return `${pair}; Max-Age=${Math.trunc(maxAge)}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

function encoded(text) {
  try {
    return encodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new RangeError('the identity has half of a surrogate pair: sign an id that is text', { cause: error });
  }
}
