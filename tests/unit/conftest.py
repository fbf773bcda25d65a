"""moto where it differs from AWS for our tests, and AWS's descriptions of its services read once."""

import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.client import ClientCreator
from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.serialize import ResponseSerializer
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
    """Each command line makes a session of its own, which parses megabytes of them, looks into the folder of each of
    the services there are, several hundred, and makes a method of each operation: more than half of such a test."""
    load, list_services = JSONFileLoader.load_file, Loader.list_available_services
    make_methods: Any = ClientCreator._create_methods  # type: ignore[attr-defined]
    alias_of: Any = EventAliaser._alias_event_name  # type: ignore[attr-defined]
    aliases: dict[str, str] = {}
    listed: dict[tuple[str, ...], list[str]] = {}
    methods: dict[str, dict[str, Any]] = {}

    @cache
    def loaded(path: str) -> Any:
        return load(JSONFileLoader(), path)

    def services(loader: Loader, type_name: str) -> list[str]:
        key = (type_name, *loader.search_paths)
        if key not in listed:
            listed[key] = list_services(loader, type_name)
        return list(listed[key])

    def alias(aliaser: EventAliaser, event: str) -> str:
        if event not in aliases:  # which are the same in each session
            aliases[event] = alias_of(aliaser, event)
        return aliases[event]

    def methods_of(creator: ClientCreator, model: Any) -> dict[str, Any]:
        if model.service_name not in methods:
            methods[model.service_name] = make_methods(creator, model)
        return dict(methods[model.service_name])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(JSONFileLoader, "load_file", lambda _loader, path: loaded(path))
        patched.setattr(Loader, "list_available_services", services)
        patched.setattr(ClientCreator, "_create_methods", methods_of)
        patched.setattr(EventAliaser, "_alias_event_name", alias)
        yield


@pytest.fixture(autouse=True, scope="session")
def _an_items_values_are_where_they_are() -> Iterator[None]:
    """moto looks for each of the ten kinds of a value under several names, which was half of the time of a query."""
    find, kinds = ResponseSerializer.get_value, {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"}

    def found(serializer: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
        return value.get(key) if type(value) is dict and value.keys() <= kinds else find(serializer, value, key, shape)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ResponseSerializer, "get_value", found)
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
