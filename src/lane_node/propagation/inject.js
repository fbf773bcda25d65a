// Injecting the lane context into what the AWS SDK sends: parameters of a call in, changed parameters out.
//
// Each function returns new parameters and leaves those of the caller alone. The caller's JSON goes out as it is, with
// a member of ours in it. Outside of any lane (`found` is null) parameters are passed on as they are; so are those of a
// wrong type or missing ones, as the SDK says best what is wrong with them, and text that is no JSON, which AWS
// refuses.
import { MOST_BYTES, contextOf, extended, isBaggage, parse, render } from './baggage.js';
import { addressed, isLane } from '../context.js';
import { ATTRIBUTE, ENVELOPE, PAYLOAD, TO, fromDocument, isObject, wraps } from './extract.js';
import { NoRoomError, TakenError } from '../guard.js';
import { document, dumped, isJson } from './splice.js';

/**
 * @typedef {import('../context.js').LaneContext} LaneContext
 * @typedef {(destination: string, lane: string) => string} ChooseLane lane of the consumer, from the destination as the
 *   call names it and the lane carried
 */

/** Of an SQS message, and of an SNS message with raw delivery (both developer guides, "message attributes"). */
export const MOST_ATTRIBUTES = 10;

/** Bytes of base64 that Lambda's Invoke takes as ClientContext (API reference, Invoke). */
export const MOST_CLIENT_CONTEXT = 3583;

/** @type {ChooseLane} the lane that is carried: for destinations of which nothing is known */
const sameLane = (destination, lane) => lane;

/**
 * Lambda's Invoke. Synchronous: in the client context, the payload stays as it is. Asynchronous: in the payload.
 * @template {object} P
 * @param {P} parameters
 * @param {LaneContext | null} found
 * @param {ChooseLane} [choose]
 * @returns {P}
 * @throws {TakenError} for a payload or client context with a member `gray` of its own
 * @throws {NoRoomError}
 */
export function lambdaInvoke(parameters, found, choose = sameLane) {
  if (!found) return parameters;
  const called = calledBy(found, choose(String(parameters.FunctionName ?? ''), found.lane));
  if (parameters.InvocationType === 'Event') return withDocument(parameters, 'Payload', called);
  const carried = carriedBy(called, false, 1024);
  const text = parameters.ClientContext
    ? withCustom(parameters.ClientContext, carried)
    : dumped({ custom: { [ENVELOPE]: carried } });
  if (text === null) return parameters; // Lambda refuses it with its own words
  const context = Buffer.from(text, 'latin1').toString('base64');
  if (context.length > MOST_CLIENT_CONTEXT) {
    throw new NoRoomError(
      `with the lane in it, the client context has ${context.length} bytes of the ${MOST_CLIENT_CONTEXT} that Lambda` +
        ' takes: put something of it into the payload',
    );
  }
  return { ...parameters, ClientContext: context };
}

/**
 * Step Functions: in the input, which every state sees as `$.gray`.
 * @template {object} P
 * @param {P} parameters
 * @param {LaneContext | null} found
 * @param {ChooseLane} [choose]
 * @returns {P}
 * @throws {TakenError}
 */
export function startExecution(parameters, found, choose = sameLane) {
  if (!found) return parameters;
  const to = choose(String(parameters.stateMachineArn ?? ''), found.lane);
  return withDocument(parameters, 'input', calledBy(found, to));
}

/** Addressed, unless the caller did that already; nothing is said where the lane itself is meant. */
function calledBy(found, to) {
  return found.to || to === found.lane ? found : addressed(found, to);
}

/**
 * The document with the lane context in it; `extract.unwrapped` is the way back.
 * @throws {TakenError} for an object with a member `gray` of its own
 */
export function enveloped(given, found) {
  if (!isObject(given)) return { [ENVELOPE]: carriedBy(found, true), [PAYLOAD]: given };
  if (ENVELOPE in given && !fromDocument(given[ENVELOPE])) throw new TakenError(`member \`${ENVELOPE}\``);
  return { ...given, [ENVELOPE]: carriedBy(found, wraps(given)) };
}

/** The parameter that holds JSON, with the lane context in it, as text or bytes as it came. */
function withDocument(parameters, name, found) {
  const given = parameters[name] ?? '';
  if (typeof given === 'string') return { ...parameters, [name]: inText(given, found) };
  if (!(given instanceof Uint8Array)) return parameters;
  // One character a byte: what is no UTF-8 goes out as it came.
  return { ...parameters, [name]: Buffer.from(inText(Buffer.from(given).toString('latin1'), found), 'latin1') };
}

function inText(text, found) {
  const given = document(text || '{}');
  if (given) {
    ownEnvelope(given);
    return given.spliced({ [ENVELOPE]: carriedBy(found, wraps(given.values())) }, [ENVELOPE]);
  }
  if (isJson(text)) return `${dumped({ [ENVELOPE]: carriedBy(found, true) }).slice(0, -1)},"${PAYLOAD}":${text}}`;
  return text; // AWS refuses it with its own words
}

function carriedBy(found, wrapping = false, mostBytes = MOST_BYTES) {
  const carried = { version: found.lane, baggage: render(found, mostBytes) };
  return wrapping ? { ...carried, [PAYLOAD]: true } : carried;
}

/** The lane context that we put in where the document was sent before; TakenError for a `gray` of somebody else. */
function ownEnvelope(given, where = '') {
  let before = null;
  for (const member of given.members) {
    if (member.name === ENVELOPE) {
      before = fromDocument(given.value(member));
      if (!before) throw new TakenError(where ? where + ENVELOPE : `member \`${ENVELOPE}\``);
    }
  }
  return before;
}

/** The caller's client context with the lane context in its member `custom`; null if it is none. */
function withCustom(encoded, carried) {
  const context = document(Buffer.from(String(encoded), 'base64').toString('latin1'));
  if (!context) return null;
  const custom = context.members.filter((member) => member.name === 'custom').at(-1);
  if (!custom || context.value(custom) === null) {
    return context.spliced({ custom: { [ENVELOPE]: carried } }, ['custom']);
  }
  const inner = document(context.text.slice(custom.valueStart, custom.end));
  if (!inner) throw new TakenError('`custom` in the client context, which is no object,');
  ownEnvelope(inner, "client context's custom.");
  const text = inner.spliced({ [ENVELOPE]: carried }, [ENVELOPE]);
  return context.text.slice(0, custom.valueStart) + text + context.text.slice(custom.end);
}

/**
 * EventBridge: `gray`, `lane` and `environment` in each detail, and `to`, which the consumers' rules match.
 * @template {object} P
 * @param {P} parameters
 * @param {LaneContext | null} found
 * @param {string} environment
 * @param {ChooseLane} [choose]
 * @returns {P}
 * @throws {TakenError} for a detail that has one of these for something of its own
 */
export function putEvents(parameters, found, environment, choose = sameLane) {
  if (!found) return parameters;
  return withEach(parameters, 'Entries', (entry) => withDetail(entry, found, environment, choose));
}

function withDetail(entry, found, environment, choose) {
  const given = typeof entry.Detail === 'string' ? document(entry.Detail) : null;
  if (!given) return entry; // EventBridge refuses it with its own words
  // One that was received and goes on has the envelope, and is stamped anew.
  const before = ownEnvelope(given, 'detail.');
  const expected = { lane: before?.lane, [TO]: before?.to };
  const to = choose(String(entry.Source ?? ''), found.lane);
  const stamps = { environment, lane: found.lane, [TO]: to, [ENVELOPE]: carriedBy(addressed(found, to)) };
  for (const member of given.members.filter(({ name }) => name in stamps && name !== ENVELOPE)) {
    const value = given.value(member);
    const isOurs = before && (member.name in expected ? value === expected[member.name] : typeof value === 'string');
    if (!isOurs) throw new TakenError(`detail.${member.name}`);
  }
  return { ...entry, Detail: given.spliced(stamps, Object.keys(stamps)) };
}

/**
 * SQS, one message.
 * @template {object} P
 * @param {P} parameters
 * @param {LaneContext | null} found
 * @param {ChooseLane} [choose]
 * @returns {P}
 * @throws {TakenError}
 * @throws {NoRoomError}
 */
export function sendMessage(parameters, found, choose = sameLane) {
  if (!found) return parameters;
  return withAttributes(parameters, found, choose(String(parameters.QueueUrl ?? ''), found.lane), false);
}

/** SQS, up to ten messages; otherwise as `sendMessage`. */
export function sendMessageBatch(parameters, found, choose = sameLane) {
  if (!found) return parameters;
  const to = choose(String(parameters.QueueUrl ?? ''), found.lane);
  return withEach(parameters, 'Entries', (entry) => withAttributes(entry, found, to, false));
}

/** SNS, one message; otherwise as `sendMessage`. Subscriptions filter on the attribute `to`. */
export function publish(parameters, found, choose = sameLane) {
  const topic = parameters.TopicArn || parameters.TargetArn;
  if (!found || !topic) return parameters; // a text message to a phone takes none of it
  return withAttributes(parameters, found, choose(String(topic), found.lane), true);
}

/** SNS, up to ten messages; otherwise as `publish`. */
export function publishBatch(parameters, found, choose = sameLane) {
  if (!found) return parameters;
  const to = choose(String(parameters.TopicArn ?? ''), found.lane);
  return withEach(parameters, 'PublishBatchRequestEntries', (entry) => withAttributes(entry, found, to, true));
}

/** With each entry of a list changed; what is no list or no entry stays for the SDK to refuse. */
function withEach(parameters, name, change) {
  const entries = parameters[name];
  if (!Array.isArray(entries)) return parameters;
  return { ...parameters, [name]: entries.map((entry) => (isObject(entry) ? change(entry) : entry)) };
}

function withAttributes(message, found, to, isFiltered) {
  const given = message.MessageAttributes ?? {};
  if (!isObject(given) || !Object.values(given).every(isObject)) return message;
  const { [ATTRIBUTE]: _, [TO]: __, ...own } = given;
  const count = Object.keys(own).length;
  const isLastPlace = count === MOST_ATTRIBUTES - 1;
  const sent = addressed(extended(found, membersBefore(given, isLastPlace)), to);
  const carried = { [ATTRIBUTE]: attribute(render(sent)), [TO]: attribute(to) };
  if (isLastPlace && !(isFiltered && to !== found.lane)) {
    // One place is left. A filter needs `to`, which says the lane as well when they are the same; a queue that was
    // named by the caller needs only the lane.
    delete carried[isFiltered ? ATTRIBUTE : TO];
  }
  if (count + Object.keys(carried).length > MOST_ATTRIBUTES) {
    throw new NoRoomError(
      `the message has ${count} attributes of its own and the lane does not fit in the ${MOST_ATTRIBUTES}` +
        ' that SQS and SNS take: send one attribute less, or put it into the body',
    );
  }
  return { ...message, MessageAttributes: { ...own, ...carried } };
}

/**
 * Others' members of baggage in a message's attributes; TakenError where `baggage` or `to` is something else.
 * `isAlone`: whether `to` without baggage may be ours, as there was no room for both.
 */
function membersBefore(given, isAlone) {
  const { DataType: type = 'String', StringValue: text } = given[ATTRIBUTE] ?? { StringValue: '' };
  if (type !== 'String' || typeof text !== 'string' || !isBaggage(text)) {
    throw new TakenError(`attribute \`${ATTRIBUTE}\`, which is no W3C baggage,`);
  }
  if (TO in given) {
    const before = contextOf(text);
    const to = given[TO].StringValue;
    const isOurs = before ? to === before.to : isAlone && !(ATTRIBUTE in given);
    if (!isOurs || !isLane(to)) throw new TakenError(`attribute \`${TO}\``);
  }
  return parse(text).others;
}

function attribute(text) {
  return { DataType: 'String', StringValue: text };
}
