// Handlers of functions that are invoked, subscribed, started by Step Functions, or given batches of records.
import { LaneContext, addressed, carrying } from './context.js';
import { fromEvent, fromRecord, isObject, unwrapped, written } from './propagation/extract.js';
import { WrongLaneError, serves } from './guard.js';
import { enveloped } from './propagation/inject.js';
import { PER_ENVIRONMENT, emit } from './observe.js';
import { settings } from './settings.js';

/**
 * Run a handler in the lane of its event; the event it gets is the one its caller meant (envelope removed).
 *
 * Work of another lane throws WrongLaneError, so that Lambda's retries and dead-letter queue deal with it.
 * @param {(event: any, context: any) => unknown} handler
 * @param {object} [options]
 * @param {boolean} [options.passOn] put the lane context into the result as well. For tasks of Step Functions, whose
 *   result is the next state's input; a result that is not a JSON object is then under `payload` there. One with a
 *   member `gray` of its own throws TakenError.
 * @returns {(event: any, context?: any) => Promise<any>}
 */
export function inLane(handler, { passOn = false } = {}) {
  return async (event, context) => {
    const own = settings();
    const found = fromEvent(event, context) ?? new LaneContext(own.home);
    const result = await serving(found, own, () => handler(unwrapped(event), context));
    return passOn ? enveloped(result ?? null, found) : result;
  };
}

/**
 * Run a function on each record in that record's own lane, one after the other, and answer Lambda's partial batch
 * response. The metrics Records and RecordsFailed count those that were tried, by lane: one line a lane and batch.
 *
 * For standard queues all records are tried. For streams the first failure ends the batch: Lambda goes on from there
 * ("ReportBatchItemFailures", in both developer guides). For FIFO queues it ends the batch too, and the records not
 * tried are reported with it, as Lambda would delete them (Lambda guide, "Handling errors for an SQS event source").
 * SNS, S3 and others know no partial failures: what a record of theirs throws is thrown, and Lambda tries the whole
 * event again.
 * @param {(record: any) => unknown} handle
 * @param {any} event a batch (`Records`), or the list of records that EventBridge Pipes sends
 * @returns {Promise<{ batchItemFailures: { itemIdentifier: string }[] }>}
 */
export async function eachRecord(handle, event) {
  const own = settings();
  const handedOn = written(event);
  const failures = [];
  const counts = new Map();
  const count = (lane, metric) => {
    counts.set(lane, { Records: 0, RecordsFailed: 0, ...counts.get(lane) });
    counts.get(lane)[metric] += 1;
  };
  let unanswerable = null;
  for (const record of Array.isArray(event) ? event : event.Records) {
    if (failures.length && isFifo(record)) {
      failures.push({ itemIdentifier: identifierOf(record) });
      continue;
    }
    const found = handedOn ?? fromRecord(record) ?? new LaneContext(own.home);
    count(found.lane, 'Records');
    try {
      await serving(found, own, () => handle(record));
    } catch (error) {
      // Whatever went wrong with one record must not lose the others; it comes back to us or to the dead letters.
      console.error('record failed', error);
      count(found.lane, 'RecordsFailed');
      const identifier = identifierOf(record);
      if (!identifier) {
        unanswerable = { error };
        break;
      }
      failures.push({ itemIdentifier: identifier });
      if (!('messageId' in record)) break;
    }
  }
  for (const lane of [...counts.keys()].sort()) emit(own, lane, counts.get(lane));
  if (unanswerable) throw unanswerable.error;
  return { batchItemFailures: failures };
}

function serving(found, own, work) {
  if (!serves(found, own.lane)) {
    emit(own, own.lane, { LaneMismatch: 1 }, PER_ENVIRONMENT);
    throw new WrongLaneError(own.lane, found.lane);
  }
  // `to` was meant for us: handed on, it would let the next service stand in although nobody chose it.
  return carrying(addressed(found, ''), work);
}

function isFifo(record) {
  return 'messageId' in record && String(record.eventSourceARN ?? '').endsWith('.fifo');
}

/** What names a record in a partial batch response; empty for sources that know none. */
function identifierOf(record) {
  // Pipes puts the members of `kinesis` into the record itself.
  const stream = isObject(record.kinesis) ? record.kinesis : record;
  return String(record.messageId || record.dynamodb?.SequenceNumber || stream.sequenceNumber || '');
}
