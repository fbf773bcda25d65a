"""The built functions keep CloudFront's rules, and what breaks one is found, with its place."""

import subprocess
import sys
from pathlib import Path

import pytest

from edgebuild.build import functions
from edgebuild.cli import main
from edgebuild.lint import lint
from edgebuild.rules import MOST_BYTES, function_problems, rule_problems
from edgerun.njs import NjsMissing, njs_command


def test_what_is_committed_is_fresh_and_keeps_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err
    assert rule_problems() == []


def test_every_function_fits() -> None:
    assert {name: len(code.encode()) for name, code in functions().items() if len(code.encode()) > MOST_BYTES} == {}


BROKEN = {
    "for (const x of list) f(x);": "for-of",
    "const { a } = b;": "destructuring",
    "let [a] = b;": "destructuring",
    "function f(a = 1) { return a; }": "default parameters",
    "function f({ a }) { return a; }": "default parameters and destructuring",
    "f(...list);": "spread",
    "a?.b;": "rejects ?.",
    "a ?? b;": "??",
    "a ||= b;": "||=",
    "try { f(); } catch { g(); }": "catch without a name",
    "class A { }": "classes",
    "function* f() { return 1; }": "generators",
    "new Map();": "Map",
    "Array.from(a);": "Array.from",
    "a.replaceAll('a', 'b');": "replaceAll",
    "Object.fromEntries(a);": "fromEntries",
    "new Function('a');": "new Function",
    "eval('a');": "eval",
    "console.error('a');": "console.log is the only",
    "setTimeout(f, 1);": "timers",
    "const r = /a/u;": "flags",
    "const r = /(?<=a)b/;": "lookbehind",
    "const t = `a`;": "template literal",
    "const h = Math.imul(a, b);": "hashing in JavaScript",
    "const c = text.charCodeAt(0);": "code points",
    "await f();": "outside of an async function",
    "async function f() { g(await h()); }": "await in the arguments",
    "async function f() { JSON.parse(await store.get('a')); }": "await in the arguments",
    "async function f() { g([1, { a: (await h()) }]); }": "await in the arguments",
    "async function f() { a = list.map(function (b) { return b; }); await c; }": "frozen at the first await",
    "async function f() { a = (b) => b; await c; }": "frozen at the first await",
    "async function f() { return Promise.all(a); }": "Promise.all",
    "f().then(g);": "promise chains",
    "headers['x-forwarded-proto'] = { value: 'a' };": "forbids the header x-forwarded-proto",
    "const n = 'X-Edge-Location';": "forbids the header X-Edge-Location",
    "headers.host = { value: 'a' };": "host is read-only",
    "delete request.headers.via;": "via is read-only",
    "delete headers['content-length'];": "content-length is read-only",
    "headers['X-Gray'] = { value: 'a' };": "small letters",
    "response.headers['set-cookie'] = { value: 'a' };": "response.cookies",
}
FINE = [
    "async function f() { if (await g()) return h(); const a = await b.c(); for (let i = 0; i < 9; i++) { await d; } }",
    "async function f() { try { a = await b.get(c); } catch (e) { a = null; } while (await d()) e(); }",
    "function f(a, b) { return a < b ? /x/g.test(a) : Buffer.from(a, 'hex').length; }",
    "const seen = headers.host && headers['via']; headers['x-gray-version'] = { value: 'v2' };",
    "const all = { from: 1, at: 2, class: 3 }; f(all.from, all['flat']);",
]


@pytest.mark.parametrize("code", BROKEN)
def test_a_construct_that_fails_there_is_found(code: str) -> None:
    found = lint(f"const ok = 1;\n{code}\n", "x.js")

    assert any(BROKEN[code] in problem for problem in found), found
    assert all(problem.startswith("x.js") for problem in found)


@pytest.mark.parametrize("code", FINE)
def test_what_works_there_is_left_alone(code: str) -> None:
    assert lint(code, "x.js") == []


REJECTED = [
    *(code for code, said in BROKEN.items() if said.split(" ")[0] in ("for-of", "destructuring", "spread")),
    "f(await g());",
    "f([1, { a: (await g()) }]);",
    "a?.b;",
    "try { f(); } catch { g(); }",
]


@pytest.mark.parametrize("code", REJECTED)
def test_what_the_lint_says_njs_rejects_njs_does_reject(code: str) -> None:
    whole = f"async function handler(event) {{ {code} return event.request; }}"

    assert any(
        "njs says" in problem and "SyntaxError" in problem for problem in function_problems("request_api", whole)
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("function handler(event) { return event.request; }" + " " * MOST_BYTES, "10,240 fit"),
        ("function handler(event) { return null; }", "not a request or a response"),
        ("function handler(event) { throw new Error('no'); }", "threw Error: no"),
        ("function handler(event) { event.request.uri = 'a'; return event.request; }", "slash"),
        ("function handler(event) { event.request.method = 'POST'; return event.request; }", "read-only"),
        ("function handler(event) { event.request.cookies.a = { value: 'b' }; return event.request; }", "cookies"),
        ("function handler(event) { event.request.headers.a = 'b'; return event.request; }", "header a has no value"),
        ("function handler(event) { return { statusCode: '302', headers: {} }; }", "status '302'"),
        ("function handler(event) { return { statusCode: 302, head: {} }; }", "has no head"),
        (
            "function handler(event) { const n = 'x-real' + '-ip'; event.request.headers[n] = { value: '1' };"
            " return event.request; }",
            "header x-real-ip is not allowed",
        ),
        (
            "function handler(event) { return { statusCode: 302, headers: { location: { value: '/a\\r\\nb: c' } } }; }",
            "line break",
        ),
    ],
)
def test_a_function_that_answers_wrongly_is_found(code: str, said: str) -> None:
    assert any(said in problem for problem in function_problems("request_static", code))


def test_without_njs_the_check_fails_and_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edgebuild", "--check"], capture_output=True, text=True, env={"PATH": str(tmp_path)}
    )

    assert done.returncode == 1
    assert "apt-get install njs" in done.stderr


def test_njs_is_there() -> None:
    """The other tests of this folder need it too: only it shows what CloudFront's engine does."""
    try:
        njs_command()
    except NjsMissing as error:
        pytest.fail(str(error))
