"""Release documents for the tests of their checks."""

from typing import Any

Document = dict[str, Any]


def document(**changed: Any) -> Document:
    """A valid release with one rule; `changed` are keys of the whole."""
    return {
        "salt": "8f3kq1zt",
        "lanes": ["v2"],
        "identity": {"kind": "plain", "sources": ["cookie:uid"]},
        "rules": [rule()],
        **changed,
    }


def rule(**changed: Any) -> Document:
    """A rule `hit` of 5 % into v2."""
    return {"id": "hit", "lane": "v2", "percent": 5, **changed}


def asking(when: Any, **changed: Any) -> Document:
    """A release whose only rule asks this."""
    return document(rules=[{"id": "hit", "lane": "v2", "when": when}], **changed)


def nested(levels: int) -> Document:
    """A condition under so many levels of `not`."""
    when: Document = {"country": "DE"}
    for _ in range(levels):
        when = {"not": when}
    return when


def user_list(**changed: Any) -> Document:
    """A list of 100 ids in one shard."""
    return {"digest": "a" * 64, "ids": 100, "shards": 1, "salt": "l1st-salt", **changed}
