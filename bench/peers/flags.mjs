// One flag, as each of the engines writes it: ten rules that ask for what viewers seldom have, then 5 percent of all.
// What each can say alike was chosen: equality, one of, beginning, before a time. bench/edge_peers.py has ours.
const BEFORE = 1704067200; // 2024-01-01

export const growthbook = {
  defaultValue: false,
  rules: [
    { condition: { beta: '1' }, force: true },
    { condition: { partner: { $in: ['acme', 'globex'] } }, force: true },
    { condition: { campaign: { $regex: '^gray-' } }, force: true },
    { condition: { path: { $regex: '^/shop/' }, country: { $in: ['AT', 'CH'] } }, force: true },
    { condition: { device: 'mobile', country: 'NZ' }, force: true },
    { condition: { preview: '1' }, force: true },
    { condition: { team: { $in: ['red', 'blue'] } }, force: true },
    { condition: { plan: 'trial' }, force: true },
    { condition: { now: { $lt: BEFORE } }, force: true },
    { condition: { language: 'rm' }, force: true },
    { coverage: 0.05, force: true, hashAttribute: 'id', seed: '8f3kq1zt', hashVersion: 2 },
  ],
};

const is = (name, ...values) => ({ contextName: name, operator: 'IN', values: values });
const begins = (name, value) => ({ contextName: name, operator: 'STR_STARTS_WITH', values: [value] });
const share = (percent, ...constraints) => ({
  name: 'flexibleRollout',
  parameters: { rollout: String(percent), stickiness: 'userId', groupId: '8f3kq1zt' },
  constraints: constraints,
});

export const unleash = {
  name: 'flag',
  enabled: true,
  type: 'release',
  stale: false,
  impressionData: false,
  strategies: [
    share(100, is('beta', '1')),
    share(100, is('partner', 'acme', 'globex')),
    share(100, begins('campaign', 'gray-')),
    share(100, begins('path', '/shop/'), is('country', 'AT', 'CH')),
    share(100, is('device', 'mobile'), is('country', 'NZ')),
    share(100, is('preview', '1')),
    share(100, is('team', 'red', 'blue')),
    share(100, is('plan', 'trial')),
    share(100, { contextName: 'now', operator: 'NUM_LT', value: String(BEFORE) }),
    share(100, is('language', 'rm')),
    share(5),
  ],
};

const equals = (name, value) => ({ '==': [{ var: name }, value] });
const oneOf = (name, ...values) => ({ in: [{ var: name }, values] });
const startsWith = (name, value) => ({ starts_with: [{ var: name }, value] });

export const flagd = {
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  targeting: {
    if: [
      equals('beta', '1'), 'on',
      oneOf('partner', 'acme', 'globex'), 'on',
      startsWith('campaign', 'gray-'), 'on',
      { and: [startsWith('path', '/shop/'), oneOf('country', 'AT', 'CH')] }, 'on',
      { and: [equals('device', 'mobile'), equals('country', 'NZ')] }, 'on',
      equals('preview', '1'), 'on',
      oneOf('team', 'red', 'blue'), 'on',
      equals('plan', 'trial'), 'on',
      { '<': [{ var: 'now' }, BEFORE] }, 'on',
      equals('language', 'rm'), 'on',
      { fractional: [{ cat: ['8f3kq1zt', { var: 'targetingKey' }] }, ['on', 5], ['off', 95]] },
    ],
  },
};
