// Decisions a second in Node: each engine evaluates the flag for every viewer, round about, so that what else the
// machine does falls on all of them. Reads a file of JSON named by the first argument; prints JSON.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import * as flags from './flags.mjs';
import { make as makeFlagd } from './flagd.mjs';
import { make as makeGrowthBook } from './growthbook.mjs';
import { make as makeUnleash } from './unleash.mjs';

const given = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { viewers, events, code, store, now, rounds } = given;

// The built viewer-request function, with a store that answers at once and Node's own crypto.
function ours() {
  const require = createRequire(import.meta.url);
  const kvs = { get: async (key) => store[key] };
  const modules = { cloudfront: { kvs: () => kvs, updateRequestOrigin() {} }, crypto: require('node:crypto') };
  const body = code.replace(/import\s+(\w+)\s+from\s*'(\w+)';?/g, "const $1 = require('$2');");
  return new Function('require', body + '\nreturn handler;')((name) => modules[name]);
}

const isOn = {
  growthbook: makeGrowthBook(flags.growthbook),
  unleash: makeUnleash(flags.unleash),
  flagd: makeFlagd(flags.flagd),
};

function peer(name) {
  const decide = isOn[name];
  const started = process.cpuUsage();
  let on = 0;
  for (const viewer of viewers) if (decide(viewer)) on++;
  return { on, seconds: spent(started) };
}

// A function changes the event it is given, so each gets its own; making them is not measured.
async function graylane(handler) {
  const own = events.map((event) => JSON.parse(event));
  const started = process.cpuUsage();
  let on = 0;
  for (const event of own) if ((await handler(event)).headers['x-gray-page'].value.indexOf('v1|')) on++;
  return { on, seconds: spent(started) };
}

function spent(started) {
  const used = process.cpuUsage(started);
  return (used.user + used.system) / 1e6;
}

const real = Date.now;
const handler = ours();
const found = { graylane: [], growthbook: [], unleash: [], flagd: [] };
for (let round = 0; round < rounds; round++) {
  Date.now = () => now * 1000;
  found.graylane.push(await graylane(handler));
  Date.now = real;
  for (const name of Object.keys(isOn)) found[name].push(peer(name));
}
console.log(JSON.stringify(found));
