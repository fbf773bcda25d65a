// A handler behind a REST API, an HTTP API or a function URL.
import { LaneContext, addressed, carrying } from './context.js';
import { fromHeaders, headersOf, isObject, written } from './propagation/extract.js';
import { cameByKey, serves } from './guard.js';
import { PER_ENVIRONMENT, emit } from './observe.js';
import { settings } from './settings.js';

/**
 * @typedef {object} LaneMiddlewareOptions
 * @property {string} [health] a path that answers 200 with this function's lane and `build`, whatever the request's
 * @property {string} [build] what the health answer says of the code, such as a commit
 * @property {readonly string[]} [openPaths] paths that the handler answers whatever the lane or key
 * @property {boolean} [requireKey] whether to answer 403 to a request without an API key; true unless said otherwise
 * @property {() => readonly string[] | Promise<readonly string[]>} [originKeys] the keys that count; two while they
 *   rotate. REST APIs compare the key themselves; for other kinds this does it, and without it any key counts.
 */

/**
 * Reads the lane of a request, guards it, and puts `x-gray-version` on every answer, also on errors.
 *
 * 403 to a request without API key, 421 to one of another lane, and 500 for what the handler throws, as API Gateway's
 * own error would lack the header. Each request counts in the metrics Requests, Errors and Latency of its lane. What
 * HTTP APIs and function URLs take for an answer (a value without `statusCode`)
 * becomes one.
 * @param {(event: any, context: any) => any} handler
 * @param {LaneMiddlewareOptions} [options]
 * @returns {(event: any, context?: any) => Promise<any>}
 */
export function laneMiddleware(handler, options = {}) {
  return async (event, context) => {
    const started = performance.now();
    const { found, answer, headers } = await admit(event, context, options);
    const given = answer ?? (await carrying(found, () => answerOf(handler, event, context)));
    const Latency = Math.round((performance.now() - started) * 1000) / 1000;
    const Errors = Number(given?.statusCode >= 500);
    emit(settings(), found.lane, { Requests: 1, Errors, Latency }, { reason: found.reason });
    return { ...given, headers: { ...given?.headers, ...headers } };
  };
}

/**
 * The same by hand, for handlers that stream: the lane to carry, the headers for any answer, and the answer itself
 * where the handler must not be asked; null elsewhere.
 * @param {any} event
 * @param {any} [context]
 * @param {LaneMiddlewareOptions} [options]
 */
export async function admit(event, context, options = {}) {
  const own = settings();
  const headers = headersOf(event);
  // A request that another function handed on by invoking this one is of that function's lane.
  const found = written(event, context) ?? fromHeaders(headers) ?? new LaneContext(own.home);
  return {
    // `to` was meant for us: handed on, it would let the next service stand in although nobody chose it.
    found: addressed(found, ''),
    answer: await answerBefore(event, headers, found, own, options),
    headers: { 'x-gray-version': own.home },
  };
}

async function answerBefore(event, headers, found, own, options) {
  const { health, build = '', openPaths = [], requireKey = true, originKeys } = options;
  const path = event.path ?? event.rawPath;
  if (health && path === health) return json(200, { lane: own.lane, build });
  if (openPaths.includes(path)) return null;
  if (requireKey && !cameByKey(event, headers, await originKeys?.())) return json(403, { error: 'forbidden' });
  if (!serves(found, own.lane, event.stageVariables?.serve_as)) {
    console.warn(`request for lane ${found.lane} reached lane ${own.lane}`);
    emit(own, own.lane, { LaneMismatch: 1 }, PER_ENVIRONMENT);
    return json(421, { error: 'wrong-lane', lane: own.lane, asked: found.lane });
  }
  return null;
}

async function answerOf(handler, event, context) {
  try {
    const answer = await handler(event, context);
    if (event.version !== '2.0' || (isObject(answer) && 'statusCode' in answer)) return answer;
    // As API Gateway and function URLs would take it ("Lambda function response for format 2.0").
    return json(200, answer ?? null);
  } catch (error) {
    console.error('unhandled error', error);
    return json(500, { statusCode: 500, message: 'Internal server error' });
  }
}

function json(statusCode, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { statusCode, headers: { 'content-type': 'application/json' }, body: text };
}
