"""All books as files."""

from pathlib import Path

from tests.unit.lane.vectors import identities, reading, sending, serving

CASES = Path(__file__).resolve().parents[3] / "cases" / "lane"


def files() -> dict[str, str]:
    """Each file's text by name."""
    books = (book for module in (reading, sending, serving, identities) for book in module.books())
    return {f"{name}.json": book.text() for name, book in books}


def write() -> list[str]:
    """Writes what has changed; the names."""
    made = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in CASES.glob("*.json")}
    changed = [name for name, text in made.items() if there.get(name) != text]
    for name in changed:
        (CASES / name).write_text(made[name], encoding="utf-8")
    return changed
