// Plays cases of tests/cases/lane on src/lane_node: one a line in, its outcome a line out.
import { createInterface } from 'node:readline';

import * as lane from '../../../src/lane_node/index.js';

const { LaneContext, current, extract, inject } = lane;

const context = (given) => given && new LaneContext(given.lane, given.reason, given.revision, given.to, given.members);
const chosen = (to = {}) => (destination, carried) => to[destination] ?? carried;
const invocation = (given) => ({ clientContext: given.client_context });
const sending = (send) => (given) => send(given.parameters, context(given.lane), chosen(given.to));

const CALLS = {
  from_event: (given) => extract.fromEvent(given.event, invocation(given)),
  from_record: (given) => extract.fromRecord(given.record),
  unwrapped: (given) => extract.unwrapped(given.event),
  enveloped: (given) => inject.enveloped(given.document, context(given.lane)),
  lambda_invoke: sending(inject.lambdaInvoke),
  start_execution: sending(inject.startExecution),
  send_message: sending(inject.sendMessage),
  send_message_batch: sending(inject.sendMessageBatch),
  publish: sending(inject.publish),
  publish_batch: sending(inject.publishBatch),
  put_events: (given) => inject.putEvents(given.parameters, context(given.lane), 'dev', chosen(given.to)),
  outgoing: (given) => lane.outgoing(given.headers, context(given.lane)),
  settings: ({ environ }) => {
    const { environment, lane: own, home } = lane.settings(environ);
    return { environment, lane: own, home };
  },
  identity_cookie: ({ cookie, value, key, max_age }) => lane.identityCookie(cookie, value, key, max_age),
  in_lane: (given) => {
    const handler = lane.inLane((event) => ({ event, carried: current() }), { passOn: given.pass_on });
    return handler(given.event, invocation(given));
  },
  each_record: async ({ event, fails = [] }) => {
    const carried = [];
    const answer = await lane.eachRecord(() => {
      carried.push(current().lane);
      if (fails.includes(carried.length - 1)) throw new Error('this record fails');
    }, event);
    return { carried, failed: answer.batchItemFailures.map((each) => each.itemIdentifier) };
  },
  api: async ({ event, options = {}, ...given }) => {
    const { health, build, open_paths: openPaths, require_key: requireKey, origin_keys: keys } = options;
    const handler = lane.laneMiddleware(answered, {
      ...{ health, build, openPaths, requireKey },
      originKeys: keys && (async () => keys),
    });
    const { statusCode: status, headers, body } = await handler(event, invocation(given));
    return { status, version: headers['x-gray-version'], body: JSON.parse(body) };
  },
  metrics: async ({ of, ...given }) => {
    const { lines } = await played(of, given);
    return lines.map(JSON.parse).map(({ _aws: { CloudWatchMetrics: directives }, ...values }) => {
      if ('Latency' in values) values.Latency = 0;
      return { directives, ...values };
    });
  },
};

function answered(event) {
  if ((event.path ?? event.rawPath) === '/fails') throw new Error('this request fails');
  const body = { carried: current() };
  return event.version === '2.0' ? body : { statusCode: 200, headers: {}, body: JSON.stringify(body) };
}

// Bytes are written as {"base64": ...}.
const revived = (name, value) => (typeof value?.base64 === 'string' ? Buffer.from(value.base64, 'base64') : value);
const written = (name, value) =>
  value?.type === 'Buffer' ? { base64: Buffer.from(value.data).toString('base64') } : value;

/** The outcome of a call, and the lines that it wrote. */
async function played(call, given) {
  const { write } = process.stdout;
  const lines = [];
  process.stdout.write = (line) => lines.push(line);
  try {
    return { value: (await CALLS[call](given)) ?? null, lines };
  } catch (error) {
    return { error: `${error instanceof RangeError ? 'ValueError' : error.name}: ${error.message}`, lines };
  } finally {
    process.stdout.write = write;
  }
}

console.error = console.warn = () => {}; // what the library logs of failures that cases are about
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { call, given } = JSON.parse(line, revived);
  Object.assign(process.env, { GRAY_LANE: given.own, GRAY_ENVIRONMENT: 'test', POWERTOOLS_SERVICE_NAME: 'mail' });
  const { lines: _, ...outcome } = await played(call, given);
  process.stdout.write(`${JSON.stringify(outcome, written)}\n`);
}
