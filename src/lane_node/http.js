// Carrying the lane through HTTP, to named hosts only: other parties do not learn which lane a viewer is in. Host names
// are compared whole, without port and whatever their case.
import { extended, parse, render } from './propagation/baggage.js';
import { current } from './context.js';

const FIELDS = {
  'x-gray-version': 'lane',
  'x-gray-reason': 'reason',
  'x-gray-revision': 'revision',
  'x-gray-to': 'to',
};

/**
 * The headers to set for this lane context; members of baggage that the caller set already are kept.
 * @param {Record<string, string>} headers
 * @param {import('./context.js').LaneContext} found
 * @returns {Record<string, string>}
 */
export function outgoing(headers, found) {
  const mine = Object.entries(FIELDS).flatMap(([name, field]) => (found[field] ? [[name, found[field]]] : []));
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'baggage')?.[1] ?? '';
  return { ...Object.fromEntries(mine), baggage: render(extended(found, parse(given).others)) };
}

/**
 * A `fetch` that carries the lane of now to these hosts and takes its headers off on the way to others.
 *
 * It does not follow a redirect from one of these hosts: fetch would take the headers along anywhere.
 * @param {Iterable<string>} hosts
 * @param {typeof globalThis.fetch} [fetch]
 * @returns {typeof globalThis.fetch}
 */
export function laneFetch(hosts, fetch = globalThis.fetch) {
  const named = new Set([...hosts].map((host) => host.toLowerCase()));
  return async (input, init = {}) => {
    const isRequest = input instanceof Request;
    const { hostname } = new URL(isRequest ? input.url : input);
    const headers = new Headers(init.headers ?? (isRequest ? input.headers : undefined));
    const found = current();
    if (!named.has(hostname)) {
      clean(headers, found);
      return fetch(input, { ...init, headers });
    }
    if (!found) return fetch(input, init);
    const mine = outgoing(Object.fromEntries(headers), found);
    for (const name of Object.keys(FIELDS)) headers.delete(name);
    for (const [name, value] of Object.entries(mine)) headers.set(name, value);
    const redirect = (init.redirect ?? input.redirect) === 'error' ? 'error' : 'manual';
    return fetch(input, { ...init, headers, redirect });
  };
}

/** Removes what was passed on from a request that came with a lane. */
function clean(headers, found) {
  for (const name of Object.keys(FIELDS)) headers.delete(name);
  const ours = found?.members ?? [];
  const others = parse(headers.get('baggage') ?? '').others.filter((member) => !ours.includes(member));
  headers.delete('baggage');
  if (others.length) headers.set('baggage', others.join(','));
}
