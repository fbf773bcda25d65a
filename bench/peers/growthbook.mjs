// GrowthBook: the client made for many users, its features given once.
import { GrowthBookClient } from '@growthbook/growthbook';

export function make(feature) {
  const client = new GrowthBookClient().initSync({ payload: { features: { flag: feature } } });
  return (viewer) => client.isOn('flag', { attributes: viewer });
}
