"""What the build notices, and that it makes the same decision in fewer bytes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge.build import built_from, stale
from edge.node import has_tools
from edge.source import ROOT, EdgeSourceError

needs_node = pytest.mark.skipif(
    not has_tools(), reason="ESLint and terser are not installed: apt-get install nodejs npm, then make install"
)
HANDLER = "function handler(event) { %s }"


def test_nothing_has_changed_since_the_build() -> None:
    assert stale() == []


@pytest.mark.parametrize(
    "name", ["src/edge/conditions.js", "src/edge/build/response.js", "tools/edge/scripts/njs_rules.js"]
)
def test_a_change_after_the_build_is_noticed_without_node(name: str, tmp_path: Path) -> None:
    for folder in ("src/edge", "tools/edge"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    with (tmp_path / name).open("a") as file:
        file.write("// changed\n")

    assert stale(tmp_path) == [name]


def test_without_node_the_build_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "edge"], capture_output=True, text=True, env={"PATH": str(tmp_path)})

    assert done.returncode == 1
    assert "apt-get install nodejs npm, then make install" in done.stderr


def built(code: str) -> str:
    return built_from({"x": code})["x"].strip()


@needs_node
def test_a_number_takes_the_place_of_its_name() -> None:
    """Names with a digit too: a declaration with one was once left as it is."""
    code = "const FIRST = 1, SHA2 = 2, LAST = 3;\n" + HANDLER % "return event[FIRST] + event[SHA2] + event[LAST];"

    assert built(code) == "function handler(n){return n[1]+n[2]+n[3]}"


@needs_node
def test_a_record_becomes_an_array_with_the_most_used_field_first() -> None:
    body = "const viewer = { a: 1, b: event }; viewer.a = viewer.b.viewer; return viewer.b[viewer.b.a];"

    assert built(HANDLER % body) == "function handler(e){let n=[e,1];return n[1]=n[0].viewer,n[0][n[0].a]}"


@needs_node
def test_a_record_in_a_record_is_two_arrays() -> None:
    body = "const viewer = { search: null }; viewer.search = { text: event }; return viewer.search.text;"

    assert "[null]" in built(HANDLER % body)
    assert "[0][0]" in built(HANDLER % body)


@needs_node
def test_a_field_that_the_literal_lacks_is_refused() -> None:
    with pytest.raises(EdgeSourceError, match="viewer has no field b: its object literal must name all"):
        built(HANDLER % "const viewer = { a: 1 }; return viewer.b;")


@needs_node
def test_nothing_is_built_into_a_closure() -> None:
    """A function that is called once stays one: in an async function njs freezes closures at the first await."""
    once = "function once(event) { const all = event.a; for (const k in all) if (all[k]) return k; return all; }\n"

    assert built(once + HANDLER % "return once(event);").count("function") == 2
