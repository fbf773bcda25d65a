"""The KeyValueStore wrapper, on a store as strict as AWS."""

from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError
from tests.support.aws.strict_store import ARN, StrictStore

from gray.publish.store.store import (
    Store,
    StoreConflict,
    StoreDenied,
    StoreError,
    StoreRejected,
    StoreUnavailable,
    Write,
    batches,
)


def test_a_key_that_is_not_there_is_none() -> None:
    store = _on(StrictStore())

    assert store.get("config") is None


def test_another_store_is_denied() -> None:
    store = Store(cast(Any, StrictStore()), ARN.replace("0b2b", "ffff"))

    with pytest.raises(StoreDenied):
        store.describe()


def test_a_write_counts_only_on_the_etag_it_was_planned_on() -> None:
    strict = StrictStore()
    store = _on(strict)
    stale = store.describe().etag
    now = store.update(Write({"config": "1"}), stale)

    with pytest.raises(StoreConflict):
        store.update(Write({"config": "2"}), stale)
    store.update(Write({"config": "3"}), now.etag)

    assert strict.items == {"config": "3"}


def test_all_entries_are_read_page_by_page() -> None:
    strict = StrictStore()
    strict.tamper({f"k{number:03}": str(number) for number in range(120)})
    store = _on(strict)

    assert dict(store.entries()) == strict.items
    assert store.calls == 3


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        ("ConflictException", StoreConflict),
        ("ValidationException", StoreRejected),
        ("ServiceQuotaExceededException", StoreRejected),
        ("AccessDeniedException", StoreDenied),
        ("ResourceNotFoundException", StoreDenied),
        ("InternalServerException", StoreUnavailable),
    ],
)
def test_every_modelled_error_is_one_of_ours(error: str, ours: type[StoreError]) -> None:
    strict = StrictStore()
    strict.fail = strict._error(error, 500, "")
    with pytest.raises(ours):
        _on(strict).describe()


def test_no_modelled_error_is_forgotten() -> None:
    modelled = set(StrictStore().exceptions._code_to_exception)

    assert modelled == {
        "AccessDeniedException",
        "ConflictException",
        "InternalServerException",
        "ResourceNotFoundException",
        "ServiceQuotaExceededException",
        "ValidationException",
    }


def test_a_timeout_is_unavailable() -> None:
    strict = StrictStore()
    strict.fail = ReadTimeoutError(endpoint_url="https://kvs")
    with pytest.raises(StoreUnavailable):
        _on(strict).describe()


def test_a_change_is_cut_into_calls_of_fifty_keys_each_with_the_fence() -> None:
    puts = {f"s.staff.{number}": "x" for number in range(120)}

    calls = batches(puts, ["c.1.1"], every={"fence": "7"})

    assert [len(call.puts) + len(call.deletes) for call in calls] == [50, 50, 24]
    assert all(call.puts["fence"] == "7" for call in calls)
    assert calls[-1].deletes == ["c.1.1"]


@pytest.mark.parametrize(("key", "value"), [("config", "x" * 1025), ("k" * 513, "x"), ("", "x"), ("config", "ä" * 513)])
def test_what_the_store_would_refuse_is_not_even_sent(key: str, value: str) -> None:
    with pytest.raises(ValueError, match="are possible"):
        batches({key: value}, (), every={})


def _on(strict: StrictStore) -> Store:
    return Store(cast(Any, strict), ARN)
