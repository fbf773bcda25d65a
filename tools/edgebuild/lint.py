"""What njs rejects, and what it takes and does wrongly without a word. On tokens; each rule says why.

Sources: CloudFront's runtime 2.0 page, reports of production failures, and trials with njs 0.7.9.
"""

import re
from collections.abc import Iterator, Sequence

from edgebuild.source import EdgeSourceError
from edgebuild.tokens import Token, tokens
from graylocal.cloudfront.restrictions import READ_ONLY, hidden

__all__ = ["lint"]

_WORDS = {
    "class": "njs has no classes",
    "yield": "njs has no generators",
    "eval": "CloudFront has no eval",
    "Map": "CloudFront has no Map; use an object",
    "Set": "CloudFront has no Set; use an object",
    "WeakMap": "CloudFront has no WeakMap",
    "Proxy": "CloudFront has no Proxy",
    "Reflect": "CloudFront has no Reflect",
    "BigInt": "CloudFront has no BigInt",
    "setTimeout": "CloudFront has no timers",
    "setInterval": "CloudFront has no timers",
    "process": "CloudFront has no process",
}
_PROPERTIES = {
    "from": "Array.from is not there before njs 0.8",
    "flat": "Array.flat is not there",
    "at": ".at is not there",
    "fromEntries": "Object.fromEntries is not there",
    "hasOwn": "Object.hasOwn is not there",
    "matchAll": ".matchAll is not there",
    "replaceAll": ".replaceAll is not there before njs 0.7.10; use split and join",
    "localeCompare": ".localeCompare is not there",
    "subtle": "crypto.subtle is not there",
    "then": "promise chains use closures and memory; await one after the other",
    "all": "Promise.all with a key value store uses memory and is no faster; await one after the other",
    "imul": "hashing in JavaScript costs 3 to 9 times more than the native digest; use crypto",
    "charCodeAt": "njs counts code points, so a hash of these disagrees on emoji; use the native digest",
    "codePointAt": "njs counts code points, so a hash of these disagrees on emoji; use the native digest",
}
_MARKS = {
    "?.": "njs rejects ?.",
    "??": "?? is not listed for CloudFront",
    "??=": "njs rejects ??=",
    "&&=": "njs rejects &&=",
    "||=": "njs rejects ||=",
    "...": "njs rejects spread",
}
_NO_CALL = frozenset({"if", "for", "while", "switch", "return", "await", "catch", "in", "typeof", "case", "else"})
_BEFORE_BLOCK = frozenset({")", "else", "try", "finally", "do", ";", "{", "}"})
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
Found = Iterator[tuple[Token, str]]


def lint(code: str, where: str) -> list[str]:
    """Each problem as `where:line: what`. Empty when there is none."""
    try:
        program = list(tokens(code))
    except EdgeSourceError as error:
        return [f"{where}: {error}; a template literal, perhaps: write it with +"]
    found = [
        (token.line, what)
        for rule in (_single, _declarations, _asynchronous, _headers)
        for token, what in rule(program)
    ]
    return [f"{where}:{line}: {what}" for line, what in sorted(found)]


def _single(program: Sequence[Token]) -> Found:
    """Words, properties and marks that are wrong wherever they stand."""
    for index, token in enumerate(program):
        before = program[index - 1].text if index else ""
        after = program[index + 1].text if index + 1 < len(program) else ""
        if token.kind == "regex":
            yield from _regex(token)
        elif token.kind == "mark" and token.text in _MARKS:
            yield token, _MARKS[token.text]
        elif token.kind == "word" and before == "." and token.text in _PROPERTIES:
            if (token.text != "from" or program[index - 2].text == "Array") and after == "(":
                yield token, _PROPERTIES[token.text]
        elif token.kind == "word" and before != "." and after != ":" and token.text in _WORDS:
            yield token, _WORDS[token.text]
        elif (token.text, after) == ("new", "Function"):
            yield token, "CloudFront has no new Function"
        elif (token.text, before) == ("error", ".") and program[index - 2].text == "console":
            yield token, "console.log is the only method of console"


def _regex(token: Token) -> Found:
    if set(token.text.rsplit("/", 1)[1]) - set("gimy"):
        yield token, "njs knows the flags g, i, m and y"
    if re.search(r"\(\?<[=!]|\\[pP]\{", token.text):
        yield token, "lookbehind and \\p{} are not listed for CloudFront"


def _declarations(program: Sequence[Token]) -> Found:
    """Destructuring, default parameters, for-of, generators, catch without a binding."""
    for index, token in enumerate(program[:-2]):
        following = program[index + 1]
        if token.text in ("const", "let", "var") and following.text in ("{", "["):
            yield token, "njs rejects destructuring"
        if token.text == "catch" and following.text == "{":
            yield token, "njs rejects catch without a name; write catch (e)"
        if token.text == "function" and following.text == "*":
            yield token, "njs has no generators"
        if token.text == "for" and any(part.text == "of" for part in program[index + 2 : index + 6]):
            yield token, "njs rejects for-of"
        if token.text == "function":
            start = index + 1 if following.text == "(" else index + 2
            for part in program[start : _closing(program, start)]:
                if part.text in ("=", "{", "["):
                    yield part, "njs rejects default parameters and destructuring"


def _asynchronous(program: Sequence[Token]) -> Found:
    """Closures in async functions (frozen at the first await, silently), await among arguments or at the top."""
    inside: set[int] = set()
    for index, token in enumerate(program):
        if token.text != "async" or token.kind != "word":
            continue
        start = next(place for place in range(index, len(program)) if program[place].text == "(")
        body = _closing(program, start) + 1
        end = _closing(program, body) if program[body].text == "{" else len(program)
        inside |= set(range(body, end))
        for part in program[body:end]:
            if part.text in ("function", "=>"):
                yield part, "a closure in an async function is frozen at the first await; put the function outside"
    for index, token in enumerate(program):
        if token.text == "await" and token.kind == "word":
            if index not in inside:
                yield token, "await stands outside of an async function"
            elif _is_argument(program, index):
                yield token, "njs rejects await in the arguments of a call; give it a name first"


def _is_argument(program: Sequence[Token], index: int) -> bool:
    """Whether a bracket around this place belongs to a call."""
    depth = 0
    for place in range(index - 1, 0, -1):
        text = program[place].text if program[place].kind == "mark" else ""
        if text in _CLOSE:
            depth += 1
        elif text in _OPEN and depth:
            depth -= 1
        elif text == "(":
            before = program[place - 1]
            if (before.kind == "word" and before.text not in _NO_CALL) or before.text in (")", "]"):
                return True
        elif text == "{" and program[place - 1].text in _BEFORE_BLOCK:
            return False
    return False


def _headers(program: Sequence[Token]) -> Found:
    """Names of headers that a function must not set, change or delete."""
    for index, token in enumerate(program):
        name = token.text[1:-1] if token.kind == "string" else token.text if token.kind == "word" else ""
        if token.kind == "string" and hidden(name.lower()):
            yield token, f"CloudFront forbids the header {name}: touching it is a 502 for every request"
        if not _is_header(program, index):
            continue
        if name != name.lower():
            yield token, f"header names are in small letters, {name} is not"
        if name == "set-cookie":
            yield token, "set-cookie belongs into response.cookies"
        if any(name in names for names in READ_ONLY.values()) and _is_changed(program, index):
            yield token, f"the header {name} is read-only: changing it is a 502 for every request"


def _is_header(program: Sequence[Token], index: int) -> bool:
    """Whether a name stands as `headers.name` or `headers['name']`."""
    if index < 2 or program[index - 1].text not in (".", "["):
        return False
    named = program[index - 1].text == "." or program[index].kind == "string"
    return named and program[index - 2].text == "headers"


def _is_changed(program: Sequence[Token], index: int) -> bool:
    after = index + (2 if program[index - 1].text == "[" else 1)
    assigned = after < len(program) and program[after].text == "="
    start = index - 2
    while start > 1 and program[start - 1].text == ".":
        start -= 2
    return assigned or program[start - 1].text == "delete"


def _closing(program: Sequence[Token], index: int) -> int:
    """Where the bracket that opens at this place closes."""
    depth = 0
    for place in range(index, len(program)):
        if program[place].kind == "mark":
            depth += (program[place].text in _OPEN) - (program[place].text in _CLOSE)
            if depth == 0:
                return place
    return len(program)
