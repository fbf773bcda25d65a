// The JavaScript of docs/lane-library.md does what the page says: its blocks are one module of an application that has
// installed the library.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { LaneContext, carrying, inject, signIdentity } from '../../../../src/lane_node/index.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lane-page-'));
after(() => rmSync(folder, { recursive: true }));

function write(path, text) {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

// What an application has beside it. Of the SDK, as much as takes a call: what it sends is the parameters as they are.
write('node_modules/@aws-sdk/client-eventbridge/package.json', '{"type": "module", "exports": "./index.js"}');
write(
  'node_modules/@aws-sdk/client-eventbridge/index.js',
  `export const sent = [];
   export class PutEventsCommand { constructor(input) { this.input = input; } }
   export class EventBridgeClient { async send(command) { sent.push(command.input); } }`,
);
write('package.json', '{"type": "module"}');
write('secrets.js', "export const originKeys = async () => ['k']; export const identityKey = async () => 'identity';");
symlinkSync(join(root, 'src/lane_node'), join(folder, 'node_modules/graylane-lane'));
const page = readFileSync(join(root, 'docs/lane-library.md'), 'utf8');
write('page.mjs', [...page.matchAll(/^```js\n(.*?)^```/gms)].map(([, block]) => block).join('\n'));

process.env.GRAY_LANE = 'v2';
process.env.GRAY_ENVIRONMENT = 'dev';
process.env.AWS_REGION = 'us-east-1';
const app = await import(pathToFileURL(join(folder, 'page.mjs')));
const { sent } = await import(pathToFileURL(join(folder, 'node_modules/@aws-sdk/client-eventbridge/index.js')));

const V2 = new LaneContext('v2', 'staff', '7');

function request(rawPath, key = 'k', authorizer = {}) {
  const headers = { 'x-gray-version': 'v2', 'x-api-key': key };
  return { version: '2.0', rawPath, headers, requestContext: { authorizer } };
}

test('the API answers in its lane, to its key, and tells its health', async () => {
  const answer = await app.mails(request('/mails'));
  assert.deepEqual([answer.headers['x-gray-version'], JSON.parse(answer.body)], ['v2', { lane: 'v2' }]);
  assert.equal((await app.mails(request('/mails', 'another'))).statusCode, 403);
  assert.deepEqual(JSON.parse((await app.mails(request('/health', ''))).body), { lane: 'v2', build: 'abc123' });
});

test('an event and a batch are handled', async () => {
  const [entry] = inject.putEvents({ Entries: [{ Source: 's', Detail: '{"order":7}' }] }, V2, 'dev').Entries;
  const event = { 'detail-type': 't', detail: JSON.parse(entry.Detail) };
  assert.deepEqual(await app.onEvent(event), { order: 7, lane: 'v2' });
  const records = ['a', 'unreadable', 'b'].map((body, at) => ({ eventSource: 'aws:sqs', messageId: String(at), body }));
  assert.deepEqual(await app.onBatch({ Records: records }), { batchItemFailures: [{ itemIdentifier: '1' }] });
});

test('what is announced carries the lane, byte for byte', async () => {
  await carrying(V2, () => app.announce('{"mail": 1e400}'));
  assert.match(sent.at(-1).Entries[0].Detail, /^\{"environment":"dev","lane":"v2",.*,"mail": 1e400\}$/);
});

test('a login and a session sign who it is', async () => {
  assert.match(app.loggedIn('ann', 'k').headers['set-cookie'], /^sid=ann\./);
  for (const authorizer of [{ jwt: { claims: { sub: 'ann' } } }, { claims: { sub: 'ann' } }]) {
    const answer = await app.session(request('/session', 'k', authorizer));
    assert.equal(answer.headers['set-cookie'].split(';')[0], `sid=${signIdentity('ann', 'identity')}`);
    assert.equal(answer.headers['x-gray-version'], 'v2');
  }
});
