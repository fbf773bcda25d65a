"""The fake store is as strict as AWS documents the real one; without that, tests on it would show nothing."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.support.aws.strict_store import ARN, StrictStore

MEGABYTE = 1024 * 1024


@pytest.fixture
def store() -> StrictStore:
    store = StrictStore()
    store.tamper({"config": "1", "fence": "1"})
    return store


def etag(store: StrictStore) -> str:
    return str(store.describe_key_value_store(KvsARN=ARN)["ETag"])


def put(store: StrictStore, *entries: tuple[str, str], deletes: tuple[str, ...] = (), match: str = "") -> Any:
    puts: list[Any] = [{"Key": key, "Value": value} for key, value in entries]
    gone: list[Any] = [{"Key": key} for key in deletes]
    return store.update_keys(KvsARN=ARN, IfMatch=match or etag(store), Puts=puts, Deletes=gone)


def refused(code: str, act: Callable[[], Any], store: StrictStore) -> None:
    """The call fails with this error, and nothing has changed."""
    before, at = dict(store.items), etag(store)
    with pytest.raises(ClientError) as error:
        act()
    assert error.value.response["Error"]["Code"] == code
    assert (store.items, etag(store)) == (before, at)


@pytest.mark.parametrize("operation", ["put_key", "delete_key", "update_keys"])
def test_every_write_names_the_etag_of_the_whole_store(store: StrictStore, operation: str) -> None:
    old = etag(store)
    put(store, ("other", "x"))
    given: dict[str, Any] = {"KvsARN": ARN, "IfMatch": old}
    given |= {"Puts": [{"Key": "k", "Value": "v"}]} if operation == "update_keys" else {"Key": "fence"}
    given |= {"Value": "2"} if operation == "put_key" else {}

    refused("ConflictException", lambda: getattr(store, operation)(**given), store)
    del given["IfMatch"]
    with pytest.raises(AssertionError, match="IfMatch"):
        getattr(store, operation)(**given)


@pytest.mark.parametrize(
    ("key", "value", "fits"),
    [
        ("k" * 512, "v", True),
        ("k" * 513, "v", False),
        ("é" * 256, "v", True),
        ("é" * 257, "v", False),  # bytes, not characters
        ("k", "v" * 1024, True),
        ("k", "v" * 1025, False),
        ("k", "é" * 512, True),
        ("k", "é" * 513, False),
    ],
)
def test_keys_of_512_bytes_and_values_of_1024(store: StrictStore, key: str, value: str, fits: bool) -> None:
    if fits:
        put(store, (key, value))
        assert store.get_key(KvsARN=ARN, Key=key)["Value"] == value
    else:
        refused("ValidationException", lambda: put(store, (key, value)), store)


def test_fifty_keys_a_call_puts_and_deletes_together(store: StrictStore) -> None:
    entries = [(f"k{number}", "v") for number in range(49)]

    put(store, *entries, deletes=("fence",))
    refused("ValidationException", lambda: put(store, *entries, ("x", "v"), deletes=("config",)), store)


def test_no_key_twice_in_a_call(store: StrictStore) -> None:
    refused("ValidationException", lambda: put(store, ("fence", "2"), deletes=("fence",)), store)


def test_five_megabytes_a_store(store: StrictStore) -> None:
    store.tamper({f"k{number:05}": "v" * 1000 for number in range(5 * MEGABYTE // 1006 - 1)})

    refused("ServiceQuotaExceededException", lambda: put(store, ("more", "v" * 1024), ("again", "v" * 1024)), store)


def test_what_is_not_there_is_an_error_to_read_and_to_delete(store: StrictStore) -> None:
    refused("ResourceNotFoundException", lambda: store.get_key(KvsARN=ARN, Key="nothing"), store)
    refused("ResourceNotFoundException", lambda: put(store, ("a", "b"), deletes=("nothing",)), store)
    refused(
        "ResourceNotFoundException",
        lambda: store.delete_key(KvsARN=ARN, Key="nothing", IfMatch=etag(store)),
        store,
    )


def test_a_call_is_all_or_nothing(store: StrictStore) -> None:
    refused("ValidationException", lambda: put(store, ("good", "1"), ("bad", "v" * 2000)), store)


def test_a_page_is_fifty_keys_at_most(store: StrictStore) -> None:
    store.tamper({f"k{number}": "v" for number in range(70)})

    assert len(store.list_keys(KvsARN=ARN)["Items"]) == 10
    assert len(store.list_keys(KvsARN=ARN, MaxResults=50)["Items"]) == 50
    with pytest.raises(ClientError):
        store.list_keys(KvsARN=ARN, MaxResults=51)


def test_locations_see_writes_late_in_pieces_or_not_at_all(store: StrictStore) -> None:
    put(store, ("config", "2"), ("part", "2"))
    put(store, ("config", "3"), ("part", "3"))

    assert store.fresh()("config") == "3"
    assert store.lagging(1)("config") == "2"
    assert store.lagging(9)("config") is None
    dice = random.Random(1)
    seen = {(location("config"), location("part")) for location in (store.torn(dice) for _ in range(300))}
    assert {("3", "2"), ("2", "3"), ("3", None), (None, "3"), ("3", "3")} <= seen
