"""moto for tests whose code runs in several threads."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from moto.core.botocore_stubber import BotocoreStubber


@pytest.fixture(autouse=True, scope="session")
def _one_call_at_a_time() -> Iterator[None]:
    """AWS answers calls of several threads at once. moto's tables are no such thing: a transaction copies its table,
    which raises when another thread writes meanwhile, and puts the copy back when it fails, which loses that write."""
    answer, lock = BotocoreStubber.process_request, threading.RLock()

    def in_turn(stubber: BotocoreStubber, request: Any) -> Any:
        with lock:
            return answer(stubber, request)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BotocoreStubber, "process_request", in_turn)
        yield
