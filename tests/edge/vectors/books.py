"""All books as files."""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.edge.vectors import (
    api_requests,
    conditions,
    configs,
    cookies,
    identities,
    links,
    origins,
    paths,
    responses,
    sites,
    user_lists,
)
from tests.edge.vectors.world import Book

CASES = Path(__file__).resolve().parents[2] / "cases"


def files() -> dict[str, str]:
    """Each file's text by name."""
    return {f"{name}.json": _text(book) for name, book in _books()}


def write() -> list[str]:
    """Writes what has changed; the names."""
    changed = [name for name, text in files().items() if _read(CASES / name) != text]
    made = files()
    for name in changed:
        (CASES / name).write_text(made[name], encoding="utf-8")
    return changed


def _books() -> Iterator[tuple[str, Book]]:
    for module in (
        conditions,
        configs,
        cookies,
        identities,
        user_lists,
        paths,
        api_requests,
        links,
        origins,
        responses,
        sites,
    ):
        yield from module.books()


def _text(book: Book) -> str:
    """One store and one case a line, so that a change shows as what it is."""
    stores = ",\n".join(f"  {_line(name)}: {_line(value)}" for name, value in book.stores.items())
    cases = ",\n".join(f"  {_line(case.plain())}" for case in book.cases)
    return f'{{\n "about": {_line(book.about)},\n "stores": {{\n{stores}\n }},\n "cases": [\n{cases}\n ]\n}}\n'


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
