// The lane of the work at hand: requests that one process serves at the same time never see each other's.
import assert from 'node:assert/strict';
import { setImmediate as later } from 'node:timers/promises';
import { test } from 'node:test';

import { LaneContext, admit, carrying, current, eachRecord, inLane, inject } from '../../../../src/lane_node/index.js';

const V2 = new LaneContext('v2', 'staff', '7');

process.env.GRAY_LANE = 'shared';
process.env.GRAY_ENVIRONMENT = 'test';

test('nothing is carried outside, and the lane before comes back after an error', async () => {
  assert.equal(current(), null);
  await carrying(V2, async () => {
    await assert.rejects(carrying(new LaneContext('v1'), () => Promise.reject(new Error('fails'))));
    assert.equal(current(), V2);
    carrying(null, () => assert.equal(current(), null));
  });
  assert.equal(current(), null);
});

test('work that runs at once has lanes of its own', async () => {
  const seenBy = (lane) =>
    carrying(new LaneContext(lane), async () => {
      const seen = new Set();
      for (let i = 0; i < 50; i += 1) {
        await later();
        seen.add(current().lane);
      }
      return [...seen];
    });
  const lanes = ['v1', 'v2', 'v3', 'v17'];
  assert.deepEqual(await Promise.all(lanes.map(seenBy)), lanes.map((lane) => [lane]));
});

test('outside of any lane parameters go out as they are', () => {
  const parameters = { TopicArn: 't', InvocationType: 'Event', Payload: '{}', Entries: [{ Detail: '{}' }] };
  const { lambdaInvoke, startExecution, sendMessage, sendMessageBatch, publish, publishBatch, putEvents } = inject;
  for (const send of [lambdaInvoke, startExecution, sendMessage, sendMessageBatch, publish, publishBatch, putEvents]) {
    assert.equal(send(parameters, null), parameters);
  }
});

test("the caller's parameters can be used again for another lane", () => {
  const mine = Object.freeze({ QueueUrl: 'q', MessageBody: 'b', MessageAttributes: Object.freeze({}) });
  for (const lane of ['v1', 'v2']) {
    assert.equal(inject.sendMessage(mine, new LaneContext(lane)).MessageAttributes.to.StringValue, lane);
  }
});

test('a handler that throws throws its own error, and its lane is gone', async () => {
  const handler = inLane(() => {
    throw new TypeError('its own');
  });
  await assert.rejects(handler({}), { name: 'TypeError', message: 'its own' });
  await assert.rejects(eachRecord(handler, { Records: [{ eventSource: 'aws:s3' }] }), { message: 'its own' });
  assert.equal(current(), null);
});

test('a handler that streams asks who may come in, and carries the lane by hand', async () => {
  const sent = { 'x-gray-version': 'v2', 'x-api-key': 'k' };
  const event = { version: '2.0', rawPath: '/', requestContext: {}, headers: sent };
  const refused = await admit(event, undefined, { originKeys: () => ['another'] });
  assert.equal(refused.answer.statusCode, 403);
  const { found, answer, headers } = await admit(event, undefined, { originKeys: () => ['k'] });
  assert.equal(answer, null);
  assert.deepEqual([found.lane, headers], ['v2', { 'x-gray-version': 'v1' }]);
});
