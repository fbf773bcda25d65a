"""Rooms are small: a module that outgrows its subject is split by it."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
LINES = 300


def test_no_module_is_long() -> None:
    modules = [path for folder in ("src", "tools", "tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}

    assert len(modules) > 500
    assert {name: length for name, length in lengths.items() if length > LINES} == {}
