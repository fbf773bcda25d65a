"""Who stands for a function behind a DynamoDB stream is told of writes; moto's streams call nobody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")
_listening: list[threading.Event] = []


def tell(request: Any) -> None:
    """Called with each request that moto has answered."""
    target = request.headers.get("X-Amz-Target", b"")
    named = target.decode() if isinstance(target, bytes) else target
    if named.startswith("DynamoDB_") and named.endswith(_WRITES):
        for each in _listening:
            each.set()


@contextmanager
def written() -> Iterator[threading.Event]:
    """An event that is set by each write to any table."""
    event = threading.Event()
    _listening.append(event)
    try:
        yield event
    finally:
        _listening.remove(event)
