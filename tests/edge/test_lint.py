"""ESLint's rules for the edge find what fails in CloudFront, with its place and the way out."""

from functools import cache

import pytest
from tests.support.edge.broken_code import BROKEN

from edge.lint import lint
from edge.node import has_tools

FINE = [
    "async function f() { if (await g()) return h(); const a = await b.c(); for (let i = 0; i < 9; i++) { await d; } }",
    "async function f() { try { a = await b.get(c); } catch (e) { a = null; } while (await d()) e(); }",
    "function f(a, b) { return a < b ? /x/g.test(a) : Buffer.from(a, 'hex').length; }",
    "const seen = headers.host && headers['via']; headers['x-gray-version'] = { value: 'v2' };",
    "const all = { from: 1, at: 2, class: 3 }; f(all.from, all['flat']);",
]
BUILT = {
    "function handler(event) { return late(event); } const late = (event) => event.request;": "before it was defined",
    "function handler(event) { return missing(event); }": "'missing' is not defined",
    "function handler(event) { return (function (a) { return a; })(event); }": "created again by each request",
}
pytestmark = pytest.mark.skipif(
    not has_tools(), reason="ESLint and terser are not installed: apt-get install nodejs npm, then make install"
)


@cache
def problems() -> tuple[str, ...]:
    """Of all snippets, in one run of Node: each is a file of that name."""
    return tuple(lint({code: f"const ok = 1;\n{code}\n" for code in [*BROKEN, *FINE]}, {code: code for code in BUILT}))


@pytest.mark.parametrize("code", BROKEN)
def test_a_construct_that_fails_there_is_found(code: str) -> None:
    found = [problem for problem in problems() if problem.startswith(f"{code}:2: ")]

    assert any(BROKEN[code] in problem for problem in found), found


@pytest.mark.parametrize("code", FINE)
def test_what_works_there_is_left_alone(code: str) -> None:
    assert [problem for problem in problems() if problem.startswith(f"{code}:")] == []


@pytest.mark.parametrize("code", BUILT)
def test_what_must_not_be_built_is_found(code: str) -> None:
    """The first once passed here, where the whole text is read before anything is called."""
    found = [problem for problem in problems() if problem.startswith(f"{code}:")]

    assert any(BUILT[code] in problem for problem in found), found


def test_a_comment_switches_no_rule_off() -> None:
    assert "x.js:1: njs rejects ?.; use &&" in lint({"x.js": "a?.b; // eslint-disable-line"}, {})
