// Extracting the lane context from what a Lambda function is called with. Anything malformed gives no context.
//
// Shapes are those of the AWS documentation ("Using AWS Lambda with other services"; of destinations and dead letters:
// "Capturing records of Lambda asynchronous invocations"). What we wrote beside a payload counts first, then the
// payload's own form: an API event that a function of v2 hands on is v2's, whatever the headers in it say.
import { contextOf, parse } from './baggage.js';
import { laneContext } from '../context.js';
import { loaded } from './splice.js';

/** Member of JSON documents (payloads, EventBridge details, Step Functions inputs) that holds the lane context. */
export const ENVELOPE = 'gray';

/** Beside ENVELOPE, holds a payload that is not a JSON object and so cannot take a member. In it: says that it does. */
export const PAYLOAD = 'payload';

/** Message attribute of SQS and SNS that holds the lane context. */
export const ATTRIBUTE = 'baggage';

/** Message attribute and member of details that rules and filters match: the consumer's lane. */
export const TO = 'to';

// Members that hold another service's whole event or document, in the order in which they are looked into.
const WRAPPINGS = [
  // A Lambda destination's record of an asynchronous invocation.
  ...['requestPayload', 'responsePayload'],
  // Step Functions: a Lambda task's result, the context object (`$$`), a batch of a distributed map, a nested
  // execution, and how its documentation names a state's input beside a task token.
  ...['Payload', 'payload', 'Execution', 'Context', 'context', 'BatchInput', 'Input', 'input', 'Output', 'output'],
];

// As many wrappings are opened: an event in a notification in a queue's body in a destination's record has four.
const DEEPEST = 8;

/**
 * The lane context of a whole invocation; for a batch (`Records`) use `fromRecord` on each.
 * @param {unknown} event
 * @param {{ clientContext?: unknown }} [context]
 */
export function fromEvent(event, context) {
  return fromClientContext(context) ?? fromAny(event, DEEPEST);
}

/** What the function that invoked this one wrote beside its payload, whatever the payload itself says. */
export function written(event, context) {
  return fromClientContext(context) ?? fromDocument(isObject(event) ? event[ENVELOPE] : null);
}

function fromAny(event, left) {
  if (!left) return null;
  if (Array.isArray(event)) return agreed(event.map((each) => fromItem(each, left - 1)).filter(Boolean));
  if (!isObject(event)) return null;
  const beside = written(event);
  if (beside) return beside;
  if ('requestContext' in event && ('headers' in event || 'multiValueHeaders' in event)) {
    return fromHeaders(headersOf(event));
  }
  if ('detail-type' in event) return fromAny(event.detail, left - 1);
  if (Array.isArray(event.Records) && event.Records.length === 1) return recordsContext(event.Records[0], left - 1);
  for (const name of WRAPPINGS) {
    const inner = event[name];
    const found = typeof inner === 'string' ? fromText(inner, left - 1) : fromAny(inner, left - 1);
    if (found) return found;
  }
  return null;
}

/** One of a list: the records that EventBridge Pipes sends, the results of Step Functions' Map and Parallel. */
function fromItem(item, left) {
  return recordsContext(item, left) ?? fromAny(item, left);
}

/** The lane context of work that has several; none if they are of several lanes. */
function agreed(found) {
  return new Set(found.map((each) => each.lane)).size === 1 ? found[0] : null;
}

/** Headers of a REST API, HTTP API or function URL event, names in lower case; a name given twice is joined. */
export function headersOf(event) {
  const { headers: single, multiValueHeaders: several } = event;
  const found = entries(single).map(([name, value]) => [name, String(value)]);
  for (const [name, values] of entries(several)) {
    if (Array.isArray(values)) found.push([name, values.join(',')]);
  }
  return Object.fromEntries(found.map(([name, value]) => [name.toLowerCase(), value]));
}

/** From headers with names in lower case. The edge sets `x-gray-version`; baggage alone is enough too. */
export function fromHeaders(headers) {
  const { ours, others } = parse(headers.baggage ?? '');
  const lane = headers['x-gray-version'] ?? ours.lane;
  const reason = headers['x-gray-reason'] ?? ours.reason;
  const revision = headers['x-gray-revision'] ?? ours.revision;
  return laneContext(lane, reason, revision, headers['x-gray-to'] ?? ours.to, others);
}

/** From the ENVELOPE member of a JSON document. */
export function fromDocument(document) {
  return isObject(document) && typeof document.baggage === 'string' ? contextOf(document.baggage) : null;
}

/** From the client context of a synchronous invoke (AWS drops it from asynchronous ones). */
function fromClientContext(context) {
  return fromDocument(context?.clientContext?.custom?.[ENVELOPE]);
}

/** From one record of an SQS, SNS, DynamoDB stream or Kinesis batch; other records have none. */
export function fromRecord(record) {
  return recordsContext(record, DEEPEST);
}

function recordsContext(record, left) {
  if (!isObject(record)) return null;
  switch (record.eventSource || record.EventSource) {
    case 'aws:sqs':
      return fromAttributes(record.messageAttributes, 'stringValue') ?? fromText(record.body, left);
    case 'aws:sns':
      return fromNotification(record.Sns, left);
    case 'aws:dynamodb':
      return fromImages(record.dynamodb);
    case 'aws:kinesis':
      // EventBridge Pipes puts the members of `kinesis` into the record itself.
      return fromData('kinesis' in record ? record.kinesis : record, left);
    default:
      return null;
  }
}

function fromAttributes(attributes, value) {
  const carried = attributes?.[ATTRIBUTE]?.[value];
  if (typeof carried === 'string') return contextOf(carried);
  // A message without room for two attributes carries `to` alone, when it is the lane itself (see inject).
  const to = attributes?.[TO]?.[value];
  return laneContext(to, '', '', to);
}

/** From what SNS makes of a message: its attributes, or what EventBridge or Lambda published as its text. */
function fromNotification(notification, left) {
  if (!isObject(notification)) return null;
  return fromAttributes(notification.MessageAttributes, 'Value') ?? fromText(notification.Message, left - 1);
}

/** From JSON that AWS wrote into a message: a notification, an event or a part of it, a payload, a record of one. */
function fromText(text, left) {
  // Most bodies are nothing of this kind; they are not read for it.
  if (left <= 0 || typeof text !== 'string' || !/gray\.version|"MessageAttributes"/.test(text)) return null;
  const inner = loaded(text);
  return inner?.Type === 'Notification' ? fromNotification(inner, left) : fromAny(inner, left);
}

function fromData(kinesis, left) {
  const data = kinesis?.data;
  return typeof data === 'string' ? fromText(Buffer.from(data, 'base64').toString(), left) : null;
}

/** From the item itself: the attribute ENVELOPE (baggage text, or a whole envelope) or, as in our tables, `lane`. */
function fromImages(change) {
  const image = change?.NewImage || change?.OldImage;
  if (!isObject(image)) return null;
  const carried = (image[ENVELOPE]?.M ? image[ENVELOPE].M.baggage : image[ENVELOPE])?.S;
  return (typeof carried === 'string' ? contextOf(carried) : null) ?? laneContext(image.lane?.S);
}

/** The event as it was before an asynchronous carrier put the lane context in: what the handler expects. */
export function unwrapped(event) {
  if (!isObject(event) || !fromDocument(event[ENVELOPE])) return event;
  if (wraps(event)) return event[PAYLOAD];
  const { [ENVELOPE]: _, ...rest } = event;
  return rest;
}

/** Whether this was made of a payload that is no object, and not of an object with a member PAYLOAD. */
export function wraps(event) {
  return Object.keys(event).length === 2 && PAYLOAD in event && event[ENVELOPE]?.[PAYLOAD] === true;
}

function entries(value) {
  return isObject(value) ? Object.entries(value) : [];
}

export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
