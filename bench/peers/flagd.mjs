// flagd: its in-process evaluation on a flag that is there.
import { FlagdCore } from '@openfeature/flagd-core';

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

export function make(flag) {
  const core = new FlagdCore(undefined, quiet);
  core.setConfigurations(JSON.stringify({ flags: { flag: flag } }));
  return (viewer) => core.resolveBooleanEvaluation('flag', false, { targetingKey: viewer.id, ...viewer }, quiet).value;
}
