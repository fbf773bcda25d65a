// Carry the lane of a request through services: one version of the application from end to end.
//
// The Node form of src/lane, with the same names; docs/lane-library.md describes both. tests/cases/lane holds them to
// the same answers.
export { admit, laneMiddleware } from './api.js';
export { LaneContext, SHARED, STABLE, carrying, current } from './context.js';
export { NoRoomError, TakenError, WrongLaneError } from './guard.js';
export { eachRecord, inLane } from './handlers.js';
export { laneFetch, outgoing } from './http.js';
export { identityCookie, signIdentity } from './identity.js';
export { Settings, SettingsError, settings } from './settings.js';
export * as extract from './propagation/extract.js';
export * as inject from './propagation/inject.js';
