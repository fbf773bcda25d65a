"""Each condition with each way, on documents and on API requests: who matches is led to v2, who does not stays."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.condition_tables import TABLES
from tests.edge.vectors.world import EPOCH, KNOWN, Book, grant, release, sent, store, told


def books() -> Iterator[tuple[str, Book]]:
    """One file a kind of condition."""
    for kind, table in TABLES.items():
        book = Book(f"The condition `{kind}`: one rule `hit` leads those who match it to v2.")
        for number, (when, rows) in enumerate(table):
            name = f"{kind}-{number}"
            book.stores[name] = store(release([{"id": "hit", "lane": "v2", "when": when}]))
            for request, matches in rows:
                _add(book, name, request, matches)
        yield f"condition-{kind}", book


def _add(book: Book, name: str, request: dict[str, Any], matches: bool) -> None:
    request = dict(request)
    now = {"now": request.pop("now")} if "now" in request else {}
    lane, reason = ("v2", "hit") if matches else ("v1", "default")
    said = f"{name} {request}" + (f" at {now['now']}" if now else "")
    cookies = request.pop("cookies", {})
    if "static" not in request.pop("only", "static api"):
        book.api(said, name, cookies=cookies, expect=sent(lane, reason), **request, **now)
        return
    old = {"__Host-gray": grant("v1", epoch=EPOCH - 1)}
    book.document(said, name, cookies={**old, **cookies}, expect=told(lane, reason, KNOWN), **request, **now)
    book.api(said, name, cookies=cookies, expect=sent(lane, reason), **request, **now)
