// W3C baggage (https://www.w3.org/TR/baggage/): the members of others are kept as they came, ours are added.
import { LaneContext, laneContext } from '../context.js';

// The specification asks everybody to pass on at least this much. More may be dropped anywhere, so we drop it first.
export const MOST_BYTES = 8192;
const MOST_MEMBERS = 64;

const OURS = new Map([
  ['gray.version', 'lane'],
  ['gray.reason', 'reason'],
  ['gray.revision', 'revision'],
  ['gray.to', 'to'],
]);

// What a header may hold. Other text would make the clients that send it on fail, by what a viewer wrote.
const SENDABLE = /^[\t\x20-\x7e]*$/;
const MEMBER = /^[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=/;

/**
 * Our members by their field of LaneContext, and those of others, as far as they can be sent on. Of a member of ours
 * given twice, none counts.
 * @param {string} text
 * @returns {{ ours: Record<string, string>, others: string[] }}
 */
export function parse(text) {
  const ours = new Map();
  const twice = new Set();
  const others = [];
  for (const member of text.split(',').map(stripped)) {
    const equals = member.indexOf('=');
    const field = OURS.get(stripped(equals < 0 ? member : member.slice(0, equals)));
    if (!field) {
      if (equals >= 0 && SENDABLE.test(member)) others.push(member);
    } else if (ours.has(field)) {
      twice.add(field);
    } else {
      ours.set(field, equals < 0 ? '' : stripped(member.slice(equals + 1).split(';', 1)[0]));
    }
  }
  return { ours: Object.fromEntries([...ours].filter(([field]) => !twice.has(field))), others };
}

/** Whether all of it is what the specification calls baggage, so that nothing is lost when it is sent on. */
export function isBaggage(text) {
  return text.split(',').every((member) => !stripped(member) || (SENDABLE.test(member) && MEMBER.test(member)));
}

/** The lane context in a baggage header; null when it has no valid lane. */
export function contextOf(text) {
  const { ours, others } = parse(text);
  return laneContext(ours.lane, ours.reason, ours.revision, ours.to, others);
}

/** The lane context with those of these members that it has not yet. */
export function extended(found, members) {
  const all = [...found.members, ...members.filter((member) => !found.members.includes(member))];
  return new LaneContext(found.lane, found.reason, found.revision, found.to, all);
}

/** The header for this lane context: ours first, then as many of the others' members as fit. */
export function render(found, mostBytes = MOST_BYTES) {
  const members = [...OURS].flatMap(([key, field]) => (found[field] ? [`${key}=${found[field]}`] : []));
  let size = Buffer.byteLength(members.join(','));
  for (const member of found.members.slice(0, MOST_MEMBERS - members.length)) {
    size += 1 + Buffer.byteLength(member);
    if (size > mostBytes) break;
    members.push(member);
  }
  return members.join(',');
}

function stripped(text) {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
