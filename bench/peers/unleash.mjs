// Unleash: the evaluating part of its client on a feature that is there, without a server to poll.
import UnleashClient from 'unleash-client/lib/client.js';
import { defaultStrategies } from 'unleash-client/lib/strategy/index.js';

export function make(feature) {
  const repository = { getToggle: () => feature, getSegment: () => undefined };
  const client = new UnleashClient.default(repository, defaultStrategies);
  return (viewer) => client.isEnabled('flag', { userId: viewer.id, properties: viewer }, () => false);
}
