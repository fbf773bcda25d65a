// Whether a service serves the lane of a request, and the errors of senders.
import { createHash, timingSafeEqual } from 'node:crypto';

import { SHARED } from './context.js';

/** When work for another lane reaches a service that is not declared to stand in for it. */
export class WrongLaneError extends Error {
  name = 'WrongLaneError';

  constructor(own, carried) {
    super(`this is lane ${own}, the request belongs to ${carried}`);
    this.own = own;
    this.carried = carried;
  }
}

/**
 * When a message has no attribute left for the lane, or a client context no bytes. Without the lane another one could
 * take the message.
 */
export class NoRoomError extends Error {
  name = 'NoRoomError';
}

/** When a message has something of its own where the lane is carried. Overwritten, it would be lost in silence. */
export class TakenError extends Error {
  name = 'TakenError';

  constructor(where) {
    super(`the message's own ${where} is where the lane library puts the lane: give yours another name`);
  }
}

/** A shared service serves every lane; others their own, one they stand in for, or what was addressed to them. */
export function serves(found, own, serveAs = '') {
  return [SHARED, found.lane, found.to].includes(own) || serveAs === found.lane;
}

/**
 * Whether the request came with an API key, of these where some are given: one around CloudFront has none.
 *
 * API Gateway itself refuses a wrong key at a REST API (403); nothing else compares it.
 * @param {object} event
 * @param {Record<string, string>} headers names in lower case
 * @param {readonly string[]} [keys]
 */
export function cameByKey(event, headers, keys) {
  const shown = headers['x-api-key'] ?? '';
  if (keys) return keys.some((key) => key && isSame(key, shown));
  return Boolean(shown || event.requestContext?.identity?.apiKeyId);
}

/** Equal, compared in a time that does not show where the difference is. */
function isSame(one, other) {
  return timingSafeEqual(...[one, other].map((text) => createHash('sha256').update(text).digest()));
}
