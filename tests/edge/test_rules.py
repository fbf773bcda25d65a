"""What breaks a rule of CloudFront, by its size or in njs, is found."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.edge.broken_code import BROKEN

from edge.build import functions
from edge.njs import NjsMissing, njs_command
from edge.rules import MOST_BYTES, function_problems


def test_every_function_fits() -> None:
    assert {name: len(code.encode()) for name, code in functions().items() if len(code.encode()) > MOST_BYTES} == {}


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
        [sys.executable, "-m", "edge", "--check"], capture_output=True, text=True, env={"PATH": str(tmp_path)}
    )

    assert done.returncode == 1
    assert "apt-get install njs" in done.stderr


def test_njs_is_there() -> None:
    """The other tests of this folder need it too: only it shows what CloudFront's engine does."""
    try:
        njs_command()
    except NjsMissing as error:
        pytest.fail(str(error))
