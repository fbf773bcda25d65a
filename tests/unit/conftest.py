"""moto where it differs from AWS for our tests, and AWS's descriptions of its services read once."""

import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader, Loader
from moto.core.botocore_stubber import BotocoreStubber
from moto.xray.models import XRayBackend
from tests.support.aws import moto_writes


@pytest.fixture(autouse=True, scope="session")
def _one_call_at_a_time() -> Iterator[None]:
    """AWS answers calls of several threads at once. moto's tables are no such thing: a transaction copies its table,
    which raises when another thread writes meanwhile, and puts the copy back when it fails, which loses that write."""
    answer, lock = BotocoreStubber.process_request, threading.RLock()

    def in_turn(stubber: BotocoreStubber, request: Any) -> Any:
        with lock:
            answered = answer(stubber, request)
        moto_writes.tell(request)
        return answered

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BotocoreStubber, "process_request", in_turn)
        yield


@pytest.fixture(autouse=True, scope="session")
def _descriptions_are_read_once() -> Iterator[None]:
    """Each command line makes a session of its own, which parses megabytes of them and looks into the folder of each of
    the services there are, several hundred: more than half of the time of such a test."""
    load, list_services = JSONFileLoader.load_file, Loader.list_available_services
    listed: dict[tuple[str, ...], list[str]] = {}

    @cache
    def loaded(path: str) -> Any:
        return load(JSONFileLoader(), path)

    def services(loader: Loader, type_name: str) -> list[str]:
        key = (type_name, *loader.search_paths)
        if key not in listed:
            listed[key] = list_services(loader, type_name)
        return list(listed[key])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(JSONFileLoader, "load_file", lambda _loader, path: loaded(path))
        patched.setattr(Loader, "list_available_services", services)
        yield


@pytest.fixture(autouse=True, scope="session")
def _traces_are_not_filtered() -> Iterator[None]:
    """X-Ray filters summaries by an expression, moto refuses one; the tests of that have a stub of their own."""
    summaries = XRayBackend.get_trace_summary

    def unfiltered(backend: XRayBackend, start_time: Any, end_time: Any, _expression: Any, *more: Any) -> Any:
        return summaries(backend, start_time, end_time, None, *more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(XRayBackend, "get_trace_summary", unfiltered)
        yield
