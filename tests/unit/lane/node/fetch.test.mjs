// fetch against a real server: named hosts get the lane, nobody else does.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { LaneContext, carrying, extract, laneFetch } from '../../../../src/lane_node/index.js';

const V2 = new LaneContext('v2', 'staff', '7', '', ['userId=alice']);
const ask = laneFetch(['LocalHost']); // names of hosts are compared whatever their case

// Answers with the request as it came; `/to/<host>` redirects there.
const server = createServer(async (request, response) => {
  const [, host] = request.url.split('/to/');
  if (host) {
    response.writeHead(302, { location: `http://${host}:${server.address().port}/` }).end();
    return;
  }
  let body = '';
  for await (const piece of request) body += piece;
  response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
});
before(() => new Promise((resolve) => server.listen(0, resolve)));
after(() => {
  server.closeAllConnections();
  server.close();
});

const at = (host, path = '/') => `http://${host}:${server.address().port}${path}`;
const ours = (headers) => Object.keys(headers).filter((name) => name === 'baggage' || name.startsWith('x-gray'));
const seen = async (...request) => (await ask(...request)).json();

test("a named host gets the lane and the caller's own headers", async () => {
  const headers = { 'x-mine': '1', Baggage: 'order=7,gray.version=v1', 'X-Gray-Version': 'v1', 'X-Gray-To': 'v3' };
  const { headers: got } = await carrying(V2, () => seen(at('localhost'), { headers }));
  assert.deepEqual(extract.fromHeaders(got), new LaneContext('v2', 'staff', '7', '', ['userId=alice', 'order=7']));
  assert.deepEqual([got['x-mine'], got['x-gray-to']], ['1', undefined]);
});

test('a host that is not named learns nothing, whatever is passed on', async () => {
  const headers = { 'x-mine': '1', 'x-gray-version': 'v2', baggage: 'userId=alice,order=7,gray.version=v2' };
  const { headers: got } = await carrying(V2, () => seen(at('127.0.0.1'), { headers }));
  assert.deepEqual([ours(got), got.baggage, got['x-mine']], [['baggage'], 'order=7', '1']);
});

test('outside of a request nothing is added', async () => {
  assert.deepEqual(ours((await seen(at('localhost'))).headers), []);
});

test('a request object goes out whole', async () => {
  const request = new Request(at('localhost'), { method: 'POST', body: '{"a": 1e400}', headers: { 'x-mine': '1' } });
  const got = await carrying(V2, () => seen(request));
  assert.deepEqual([got.method, got.body], ['POST', '{"a": 1e400}']);
  assert.deepEqual([got.headers['x-mine'], got.headers['x-gray-version']], ['1', 'v2']);
});

test('a redirect of a named host is not followed, and one of others is', async () => {
  await carrying(V2, async () => {
    const answer = await ask(at('localhost', '/to/127.0.0.1'), { redirect: 'follow' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, at('127.0.0.1')]);
    assert.deepEqual(ours((await seen(at('127.0.0.1', '/to/localhost'))).headers), []);
    await assert.rejects(ask(at('localhost', '/to/127.0.0.1'), { redirect: 'error' }));
  });
});

test('only the whole name of a host counts', async () => {
  const asked = [];
  const spy = laneFetch(['localhost'], async (url, init) => asked.push([...init.headers.keys()]));
  await carrying(V2, async () => {
    await spy('http://localhost.evil.example/');
    await spy('http://evil.example/localhost');
    await spy('http://localhost@evil.example/');
    await spy('http://[::1]/');
  });
  assert.deepEqual(asked, [[], [], [], []]);
});
