// The lane that the current work belongs to. What is awaited, and callbacks that are created meanwhile, have it too.
import { AsyncLocalStorage } from 'node:async_hooks';

export const STABLE = 'v1';
export const SHARED = 'shared';

const LANE = /^v[1-9][0-9]?$/;
const WORD = /^[A-Za-z0-9_.:-]{1,64}$/;

/** The lane carried, and what is known about how it was chosen. */
export class LaneContext {
  /**
   * @param {string} lane `v1` to `v99`
   * @param {string} [reason] the rule's id or one of the edge's own reasons (`sticky`, `default`, ...); empty when
   *   unknown
   * @param {string} [revision] number of the release's revision; empty when unknown
   * @param {string} [to] the lane of the callee that the sender chose; another one than `lane` when that lane has no
   *   such service
   * @param {readonly string[]} [members] the W3C baggage members of others, as they came
   */
  constructor(lane, reason = '', revision = '', to = '', members = []) {
    this.lane = lane;
    this.reason = reason;
    this.revision = revision;
    this.to = to;
    this.members = Object.freeze([...members]);
    Object.freeze(this);
  }
}

/** @type {AsyncLocalStorage<LaneContext | null>} */
const storage = new AsyncLocalStorage();

/**
 * Whether this is the name of a lane (`v1` to `v99`).
 * @param {unknown} text
 */
export function isLane(text) {
  return typeof text === 'string' && LANE.test(text);
}

/**
 * The lane context from untrusted parts: null when the lane is not valid; other malformed parts are dropped.
 * @param {unknown} lane
 * @param {unknown} [reason]
 * @param {unknown} [revision]
 * @param {unknown} [to]
 * @param {readonly string[]} [members]
 */
export function laneContext(lane, reason, revision, to, members) {
  return isLane(lane) ? new LaneContext(lane, word(reason), word(revision), isLane(to) ? to : '', members) : null;
}

/** The text if it is safe to put into headers, logs and annotations, else nothing. */
function word(text) {
  return typeof text === 'string' && WORD.test(text) ? text : '';
}

/**
 * The current work's lane context; null outside of any.
 * @returns {LaneContext | null}
 */
export function current() {
  return storage.getStore() ?? null;
}

/**
 * Run this work, and all that it starts, in a lane. Example: `carrying(new LaneContext('v2'), () => client.send(...))`.
 * @template T
 * @param {LaneContext | null} found
 * @param {() => T} work
 * @returns {T}
 */
export function carrying(found, work) {
  return storage.run(found, work);
}

/**
 * The lane context as sent to a callee of that lane; empty: to whichever lane it reaches.
 * @param {LaneContext} found
 * @param {string} to
 */
export function addressed(found, to) {
  return new LaneContext(found.lane, found.reason, found.revision, to, found.members);
}
