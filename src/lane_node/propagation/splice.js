// Members put into the text of a JSON object, and taken out again, with every other character left as it is.
//
// A caller's JSON is never parsed and dumped: that would write its numbers, escapes, spaces and doubled names anew. It
// is read only to see where its own members are. Lenient where AWS may be (NaN, control characters): whether a payload
// is good is for AWS to say. Nothing here recurses, so no depth is too deep.

// A byte order mark, as a character and as the bytes that it has where a text stands for bytes.
const START = /^(?:\ufeff|\xef\xbb\xbf)?[ \t\n\r]*/;
const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const LITERAL = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null|NaN|-?Infinity/y;

/**
 * A member of an object: from `start` (its name's quote) to `end`, its value from `valueStart`; `comma` is where the
 * comma behind it is, -1 behind the last one.
 * @typedef {{ name: string, start: number, valueStart: number, end: number, comma: number }} Member
 */

/** The text of a JSON object, and its members in their order; names may be there twice, as JSON allows. */
export class Document {
  /**
   * @param {string} text
   * @param {number} inside the place behind its opening brace
   * @param {Member[]} members
   */
  constructor(text, inside, members) {
    this.text = text;
    this.inside = inside;
    this.members = members;
  }

  /** The value of a member, parsed; undefined for what is too lenient for JavaScript. */
  value(member) {
    return parsed(this.text.slice(member.valueStart, member.end));
  }

  /** Values by name; of a name given twice the last one, as most parsers take it. */
  values() {
    return Object.fromEntries(this.members.map((member) => [member.name, this.value(member)]));
  }

  /** The text with these members first, and without those of its own that are named in `insteadOf`. */
  spliced(own, insteadOf) {
    const rest = this.without(insteadOf);
    const kept = this.members.some((member) => !insteadOf.includes(member.name));
    return `${this.text.slice(0, this.inside)}${dumped(own).slice(1, -1)}${kept ? ',' : ''}${rest.slice(this.inside)}`;
  }

  /** The text without the members of these names: what `spliced` put in comes out, and nothing else. */
  without(names) {
    const { text, members } = this;
    const isKept = (member) => !names.includes(member.name);
    const kept = members.filter(isKept);
    if (!kept.length) {
      return members.length ? text.slice(0, members[0].start) + text.slice(members.at(-1).end) : text;
    }
    const last = kept.at(-1);
    let pieces = '';
    let place = 0;
    for (const member of members.slice(0, members.indexOf(last))) {
      if (!isKept(member)) {
        pieces += text.slice(place, member.start);
        place = member.comma + 1;
      }
    }
    if (last !== members.at(-1)) {
      // Nothing follows the last one that stays, so its comma goes too.
      pieces += text.slice(place, last.comma);
      place = members.at(-1).end;
    }
    return pieces + text.slice(place);
  }
}

/**
 * The object in this text; null for any other JSON, and for what is no JSON.
 * @param {string} text
 */
export function document(text) {
  const opening = START.exec(text)[0].length;
  if (text[opening] !== '{') return null;
  const members = [];
  const end = attempted(() => behindMembers(text, opening + 1, members));
  return end === undefined || behindSpace(text, end) < text.length ? null : new Document(text, opening + 1, members);
}

/** What is ours as JSON, in few bytes and ASCII alone, whatever others' baggage has in it. */
export function dumped(own) {
  const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(own).replace(/[^\0-\x7f]/g, escaped);
}

/** Whether the text is one JSON value of any kind. */
export function isJson(text) {
  const end = attempted(() => behindValue(text, behindSpace(text, 0)));
  return end !== undefined && behindSpace(text, end) === text.length;
}

/** The value of this text; undefined for what is no JSON. */
export function loaded(text) {
  const found = document(text);
  return found ? found.values() : parsed(text);
}

function parsed(text) {
  return attempted(() => JSON.parse(text));
}

function attempted(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The place behind the closing brace; the members from behind the opening one are added. */
function behindMembers(text, place, members) {
  place = behindSpace(text, place);
  if (text[place] === '}') return place + 1;
  for (;;) {
    const start = behindSpace(text, place);
    const nameEnd = behindString(text, start);
    const valueStart = behindSpace(text, behind(text, behindSpace(text, nameEnd), ':'));
    const end = behindValue(text, valueStart);
    const next = behindSpace(text, end);
    const isLast = text[next] === '}';
    // A name may have the control characters that JSON.parse refuses: then it is none of ours.
    const name = parsed(text.slice(start, nameEnd)) ?? text.slice(start, nameEnd);
    members.push({ name, start, valueStart, end, comma: isLast ? -1 : next });
    place = behind(text, next, isLast ? '}' : ',');
    if (isLast) return place;
  }
}

/** The place behind any value. */
function behindValue(text, place) {
  const closing = [];
  for (;;) {
    const first = text[place];
    if (first === '{' || first === '[') {
      const close = first === '{' ? '}' : ']';
      place = behindSpace(text, place + 1);
      if (text[place] !== close) {
        closing.push(close);
        place = close === '}' ? behindName(text, place) : place;
        continue;
      }
      place += 1;
    } else {
      place = first === '"' ? behindString(text, place) : matched(LITERAL, text, place);
    }
    // Behind a value: out of all that ends here, to the next one.
    while (closing.length && text[(place = behindSpace(text, place))] === closing.at(-1)) {
      closing.pop();
      place += 1;
    }
    if (!closing.length) return place;
    place = behindSpace(text, behind(text, place, ','));
    if (closing.at(-1) === '}') place = behindName(text, place);
  }
}

/** From a name's quote to its value. */
function behindName(text, place) {
  return behindSpace(text, behind(text, behindSpace(text, behindString(text, place)), ':'));
}

function behindString(text, place) {
  place = behind(text, place, '"');
  while (text[place] !== '"') {
    if (place >= text.length) throw new SyntaxError('a string is not closed');
    place = text[place] === '\\' ? matched(ESCAPE, text, place) : place + 1;
  }
  return place + 1;
}

function behindSpace(text, place) {
  return matched(SPACE, text, place);
}

function behind(text, place, character) {
  if (text[place] !== character) throw new SyntaxError(`no ${character}`);
  return place + 1;
}

function matched(expression, text, place) {
  expression.lastIndex = place;
  if (!expression.test(text)) throw new SyntaxError('no JSON value');
  return expression.lastIndex;
}
