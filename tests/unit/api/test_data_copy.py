"""Isolated data: stable's items come into gray's table whatever the order, and gray's own are brought home once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from tests.support.lane.orders_tables import GRAY, STABLE, data_copy, items, make_tables, order, put

from data_copy.copying import Change, Copier, targets
from data_copy.merge import Fate, Merge, Winner, fate

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        made = boto3.client("dynamodb", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        make_tables(made)
        yield made


def changed(number: int, at: int, **more: str) -> Change:
    item = order(number, at, **more)
    return Change({"pk": item["pk"], "sk": item["sk"]}, item)


def removed(number: int) -> Change:
    return Change(changed(number, 1).key, None)


def record(item: dict[str, Any], name: str = "INSERT") -> dict[str, Any]:
    change = {"Keys": {"pk": item["pk"], "sk": item["sk"]}, "SequenceNumber": item["sk"]["S"], "NewImage": item}
    return {"eventSource": "aws:dynamodb", "eventName": name, "dynamodb": change}


# ---------------------------------------------------------------- the copy


def test_a_copy_follows_stable_and_says_that_it_is_one(client: "DynamoDBClient") -> None:
    copier = Copier(client, GRAY)
    assert copier.apply(changed(1, 10, status="placed"))
    assert copier.apply(changed(1, 20, status="fulfilled"))
    copy = items(client, GRAY)["0001"]
    assert (copy["status"]["S"], copy["origin"]["S"], copy["copied_at"]["N"]) == ("fulfilled", "v1", "20")


@given(st.permutations([10, 20, 30, 30]))
@settings(max_examples=24, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_records_in_any_order_and_twice_end_with_the_newest(client: "DynamoDBClient", times: list[int]) -> None:
    copier = Copier(client, GRAY)
    copier.apply(removed(1))
    for at in times:
        copier.apply(changed(1, at, status=str(at)))
    assert items(client, GRAY)["0001"]["status"]["S"] == "30"


def test_what_gray_wrote_or_changed_is_never_touched(client: "DynamoDBClient") -> None:
    put(client, GRAY, order(1, 5, status="gray's own"))
    copier = Copier(client, GRAY)
    copier.apply(changed(2, 10, status="copied"))
    # Gray takes the copy over as fulfilment does: it is its own from then on.
    client.update_item(
        TableName=GRAY,
        Key=changed(2, 10).key,
        UpdateExpression="SET changed_at = :now REMOVE origin",
        ExpressionAttributeValues={":now": {"N": "11"}},
    )
    for number in (1, 2):
        assert not copier.apply(changed(number, 99, status="stable's"))
        assert not copier.apply(removed(number))
    assert [item["status"]["S"] for item in items(client, GRAY).values()] == ["gray's own", "copied"]


def test_a_deletion_takes_the_copy_away(client: "DynamoDBClient") -> None:
    copier = Copier(client, GRAY)
    copier.apply(changed(1, 10))
    assert copier.apply(removed(1))
    assert items(client, GRAY) == {}


def test_only_tables_of_the_convention_are_written() -> None:
    tables = {"v1": STABLE, "v2": GRAY, "v3": "somebody-elses-table", "v4": STABLE}
    assert targets(tables, STABLE) == [GRAY]


def test_the_function_copies_a_batch_into_every_gray_table(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    third = "graylane-test-orders-v3"
    make_tables(client, third)
    with data_copy(monkeypatch, v1=STABLE, v2=GRAY, v3=third) as handler:
        answer = handler({"Records": [record(order(number)) for number in range(3)]})
    assert answer == {"batchItemFailures": []}
    assert len(items(client, GRAY)) == len(items(client, third)) == 3


def test_a_table_that_is_gone_sends_the_batch_back(client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> None:
    client.delete_table(TableName=GRAY)
    with data_copy(monkeypatch, v1=STABLE, v2=GRAY) as handler:
        answer = handler({"Records": [record(order(number)) for number in range(3)]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0000"}]}


def test_a_backfill_goes_in_steps_to_the_end(client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> None:
    put(client, STABLE, *(order(number, 10) for number in range(250)))
    put(client, GRAY, order(7, 5, status="gray's own"))
    steps: list[dict[str, Any]] = []
    start = None
    with data_copy(monkeypatch, v1=STABLE, v2=GRAY) as handler:
        while not steps or start:
            steps.append(handler({"action": "backfill", "lane": "v2", "start": start}))
            start = steps[-1]["next"]
    assert [step["copied"] + step["kept"] for step in steps] == [200, 50]
    assert sum(step["kept"] for step in steps) == 1
    assert len(items(client, GRAY)) == 250


@pytest.mark.parametrize("lane", ["v1", "v3"])
def test_a_lane_without_a_table_of_its_own_is_an_error(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, lane: str
) -> None:
    with data_copy(monkeypatch, v1=STABLE, v2=GRAY) as handler, pytest.raises(LookupError, match=lane):
        handler({"action": "merge", "lane": lane})


# ---------------------------------------------------------------- the way home


def test_the_fate_of_an_item() -> None:
    copied = {"origin": {"S": "v1"}, "copied_at": {"N": "10"}}
    assert fate(order(1, 5), None) is Fate.NEW
    assert fate(order(1, 20, a="gray") | {"copied_at": {"N": "10"}}, None) is Fate.CONFLICT
    assert fate(order(1, 5) | copied, order(1, 5)) is Fate.SAME
    assert fate(order(1, 20, a="gray") | {"copied_at": {"N": "10"}}, order(1, 10)) is Fate.CHANGED
    assert fate(order(1, 20, a="gray") | {"copied_at": {"N": "10"}}, order(1, 15)) is Fate.CONFLICT
    assert fate(order(1, 20, a="gray"), order(1, 10)) is Fate.CONFLICT


def four_fates(client: "DynamoDBClient") -> None:
    """Gray's table with one item of each fate, and a copy, which does not wait."""
    copied = {"copied_at": {"N": "10"}}
    put(client, GRAY, order(1, 20, a="new"), order(2, 20, a="changed") | copied)
    put(client, GRAY, order(3, 10, a="same"), order(4, 20, a="both") | copied)
    put(client, GRAY, order(5, 10) | copied | {"origin": {"S": "v1"}})
    put(client, STABLE, order(2, 10, a="old"), order(3, 10, a="same"), order(4, 15, a="both too"), order(5, 10))


def fates(page: Any) -> dict[str, str]:
    return {waiting.item["sk"]["S"]: waiting.fate.value for waiting in page.items}


ALL_FATES = {"0001": "new", "0002": "changed", "0003": "same", "0004": "conflict"}


def test_a_report_changes_nothing(client: "DynamoDBClient") -> None:
    four_fates(client)
    before = items(client, GRAY), items(client, STABLE)
    assert fates(Merge(client, GRAY, STABLE).report(None)) == ALL_FATES
    assert (items(client, GRAY), items(client, STABLE)) == before


def test_a_merge_brings_home_what_can_come_and_a_second_one_does_nothing(client: "DynamoDBClient") -> None:
    four_fates(client)
    merge = Merge(client, GRAY, STABLE)
    assert fates(merge.step(None)) == ALL_FATES
    stable = items(client, STABLE)
    assert {key: item.get("a", {}).get("S") for key, item in stable.items()} == {
        "0001": "new",
        "0002": "changed",
        "0003": "same",
        "0004": "both too",
        "0005": None,
    }
    assert all("origin" not in item and "copied_at" not in item for item in stable.values())
    # Home means: a copy again, which stable's next change overwrites.
    assert fates(merge.report(None)) == {"0004": "conflict"}
    assert Copier(client, GRAY).apply(changed(1, 30, a="later"))
    assert fates(merge.step(None)) == {"0004": "conflict"}
    assert items(client, STABLE) == stable


@pytest.mark.parametrize(("winner", "value"), [(Winner.GRAY, "both"), (Winner.STABLE, "both too")])
def test_people_may_say_whose_item_wins(client: "DynamoDBClient", winner: Winner, value: str) -> None:
    four_fates(client)
    merge = Merge(client, GRAY, STABLE)
    merge.step(None, winner)
    assert merge.report(None).items == []
    assert items(client, STABLE)["0004"]["a"]["S"] == items(client, GRAY)["0004"]["a"]["S"] == value


@pytest.mark.parametrize("winner", [Winner.NOBODY, Winner.GRAY, Winner.STABLE])
def test_what_stable_deleted_and_gray_changed_is_a_conflict(client: "DynamoDBClient", winner: Winner) -> None:
    put(client, GRAY, order(1, 20, a="gray") | {"copied_at": {"N": "10"}})
    merge = Merge(client, GRAY, STABLE)
    assert fates(merge.step(None, winner)) == {"0001": "conflict"}
    assert ("0001" in items(client, STABLE), "0001" in items(client, GRAY)) == {
        Winner.NOBODY: (False, True),
        Winner.GRAY: (True, True),
        Winner.STABLE: (False, False),
    }[winner]
    assert fates(merge.report(None)) == ({"0001": "conflict"} if winner is Winner.NOBODY else {})


class Failing:
    """A DynamoDB client that fails at one call, as AWS may at any."""

    def __init__(self, client: "DynamoDBClient", after: int) -> None:
        self._client, self._left = client, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def counted(**arguments: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise ClientError({"Error": {"Code": "InternalServerError", "Message": "now"}}, name)
            return call(**arguments)

        return counted


@pytest.mark.parametrize("after", range(10))
def test_a_merge_stopped_at_any_call_goes_on_where_it_was(client: "DynamoDBClient", after: int) -> None:
    four_fates(client)
    interrupted: Any = Failing(client, after)
    with pytest.raises(ClientError, match="InternalServerError"):
        Merge(interrupted, GRAY, STABLE).step(None)
    Merge(client, GRAY, STABLE).step(None)
    home = items(client, STABLE)
    assert {key: home[key]["a"]["S"] for key in ALL_FATES} == {
        "0001": "new",
        "0002": "changed",
        "0003": "same",
        "0004": "both too",
    }
    assert fates(Merge(client, GRAY, STABLE).report(None)) == {"0004": "conflict"}


def test_a_change_of_gray_during_the_merge_goes_on_to_wait(client: "DynamoDBClient") -> None:
    put(client, GRAY, order(1, 20, a="first"))

    class Meddling(Failing):
        def __getattr__(self, name: str) -> Any:
            if name == "update_item":  # just before the item would be marked as home
                put(client, GRAY, order(1, 21, a="second"))
            return getattr(client, name)

    meddling: Any = Meddling(client, 0)
    Merge(meddling, GRAY, STABLE).step(None)
    assert items(client, STABLE)["0001"]["a"]["S"] == "first"
    (waiting,) = Merge(client, GRAY, STABLE).report(None).items
    assert waiting.item["a"]["S"] == "second"


def test_a_change_of_stable_between_look_and_write_is_a_conflict(client: "DynamoDBClient") -> None:
    put(client, GRAY, order(1, 20, a="gray"))

    class Meddling(Failing):
        def __getattr__(self, name: str) -> Any:
            if name == "put_item":
                put(client, STABLE, order(1, 9, a="stable"))
            return getattr(client, name)

    meddling: Any = Meddling(client, 0)
    assert fates(Merge(meddling, GRAY, STABLE).step(None)) == {"0001": "conflict"}
    assert items(client, STABLE)["0001"]["a"]["S"] == "stable"


def test_the_function_reports_and_merges_in_steps(client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> None:
    put(client, GRAY, *(order(number, 20) for number in range(230)))
    with data_copy(monkeypatch, v1=STABLE, v2=GRAY) as handler:
        first = handler({"action": "merge", "lane": "v2"})
        second = handler({"action": "merge", "lane": "v2", "start": first["next"]})
        report = handler({"action": "report", "lane": "v2"})
        with pytest.raises(ValueError, match="wipe"):
            handler({"action": "wipe", "lane": "v2"})
    assert (len(first["items"]), len(second["items"]), second["next"]) == (200, 30, None)
    assert first["items"][0] == {"pk": "order", "sk": "0000", "fate": "new", "changed_at": 20}
    assert report["items"] == []
    assert len(items(client, STABLE)) == 230
