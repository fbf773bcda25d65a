"""The services in memory answer as moto's do: every operation and condition that the control plane uses."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from tests.support.aws.config_table import make_config_table
from tests.support.aws.memory_aws import MemoryDynamoDB, MemoryS3, MemorySSM
from tests.support.control.world import World
from tests.support.release.registrations import registration_text, rest_api

from gray.dynamodb_values import Plain, to_item
from gray.edge.config import Stamp
from gray.history.list_files import ListFiles
from gray.history.revision import AlreadyDone, Conflict, RevisionError
from gray.history.revisions import Revisions
from gray.lanes.parameters import read_parameters
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.current import CurrentParameter, Published
from gray.publish.records.ledger import LedgerMoved, LedgerTable
from gray.publish.records.publication_log import PublicationLog, Record

TABLE, BUCKET = "config", "edge-config"
type Answers = list[Any]
BY_HAND: dict[str, Plain] = {"pk": "revision", "sk": 1, "epoch": 1, "state": "active", "release": "{}"}


@pytest.fixture
def moto() -> Iterator[dict[str, Any]]:
    with mock_aws():
        clients: dict[str, Any] = {name: _client(name) for name in ("dynamodb", "s3", "ssm")}
        make_config_table(clients["dynamodb"], TABLE)
        clients["s3"].create_bucket(Bucket=BUCKET)
        yield clients


def _client(name: Any) -> Any:
    return boto3.client(name, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def _same(moto: dict[str, Any], service: str, memory: object, script: Callable[[Any], Answers]) -> Answers:
    ours = script(memory)
    assert script(moto[service]) == ours
    return ours


def _outcome(act: Callable[[], Any]) -> Any:
    """What a call gives, or the kind of its error."""
    try:
        return act()
    except ClientError as error:
        return error.response["Error"]["Code"]
    except (RevisionError, LedgerMoved, FileNotFoundError) as error:
        return type(error).__name__


def test_revisions(moto: dict[str, Any]) -> None:
    def script(client: Any) -> Answers:
        revisions = Revisions(client, TABLE, now=lambda: 1.0)
        answers: Answers = [revisions.head()]
        client.put_item(TableName=TABLE, Item=to_item(BY_HAND))
        client.put_item(
            TableName=TABLE, Item=to_item({"pk": "head", "sk": 0, "revision": 1, "epoch": 1, "state": "active"})
        )
        base = revisions.head()
        killed = revisions.kill(author="anna", reason="r", via="cli", cause="alarm@1")
        answers += [revisions.head(), _plain(killed)]
        answers.append(_outcome(lambda: revisions.pause(author="a", reason="r", via="cli", base=base)))
        answers.append(_plain(revisions.resume(author="bob", reason="r", via="cli", base=killed.head)))
        answers.append(_outcome(lambda: revisions.kill(author="anna", reason="r", via="cli", cause="alarm@1")))
        answers += [_plain(revision) for revision in revisions.history(5)]
        answers += [_plain(revision) for revision in revisions.history(5, before=2)]
        answers.append(_outcome(lambda: revisions.get(9)))
        return answers

    answers = _same(moto, "dynamodb", MemoryDynamoDB(), script)

    assert AlreadyDone.__name__ in answers
    assert Conflict.__name__ in answers


def _plain(revision: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(revision).items() if name != "id"}


def test_records_and_the_sequence(moto: dict[str, Any]) -> None:
    def script(client: Any) -> Answers:
        records = PublicationLog(client, TABLE)
        answers: Answers = [records.last_sequence(), records.next_sequence(), records.next_sequence()]
        records.raise_sequence(9)
        records.raise_sequence(5)
        answers += [records.last_sequence(), records.next_sequence()]
        records.put(Record(1, "manual", id="x", errors=["a"]))
        records.put(Record(10, "stream"))
        return [*answers, records.recent(), records.recent(1), records.by_id("x"), records.by_id("y")]

    _same(moto, "dynamodb", MemoryDynamoDB(), script)


def test_the_ledger(moto: dict[str, Any]) -> None:
    from gray.publish.records.list_ledger import ListUse, Outcome, begin, confirm
    from gray.publish.store.store import StoreMeta

    def script(client: Any) -> Answers:
        table = LedgerTable(client, TABLE)
        answers: Answers = [table.read(), begin(table, 3, 2, {"staff": ListUse("d1", 7, "s")})]
        answers.append(
            confirm(table, 3, {"staff": ListUse("d1", 7, "s")}, Outcome(StoreMeta("e", 5, 50), "{}", "h", "i"), now=5)
        )
        answers.append(begin(table, 4, 0, {}))
        answers.append(confirm(table, 4, {}, Outcome(StoreMeta("e", 5, 50), "{}", "h", "i"), now=9))
        return [*answers, table.read(), _outcome(lambda: begin(table, 3, 0, {}))]

    _same(moto, "dynamodb", MemoryDynamoDB(), script)


def test_the_edge_config(moto: dict[str, Any]) -> None:
    def script(client: Any) -> Answers:
        edge_config = EdgeConfig(client, BUCKET)
        answers: Answers = [edge_config.saved() is None, edge_config.read()]
        answers.append(edge_config.write({"config": "x"}, Stamp(7, 3, 2, "active"), "digest"))
        answers.append(edge_config.write({"config": "y"}, Stamp(8, 3, 2, "active"), "digest"))
        answers.append(edge_config.write({"config": "z"}, Stamp(7, 3, 2, "active"), "digest"))
        saved = edge_config.saved()
        assert saved
        answers += [edge_config.read(), saved.sequence, saved.digest]
        answers.append(
            _outcome(lambda: client.put_object(Bucket=BUCKET, Key="edge-config.json", Body=b"", IfNoneMatch="*"))
        )
        answers.append(
            _outcome(lambda: client.put_object(Bucket=BUCKET, Key="edge-config.json", Body=b"", IfMatch='"0"'))
        )
        return answers

    _same(moto, "s3", MemoryS3(), script)


def test_list_files(moto: dict[str, Any]) -> None:
    def script(client: Any) -> Answers:
        lists = ListFiles(client, BUCKET)
        client.put_object(Bucket=BUCKET, Key="lists/d.txt", Body="anna\nbjörn\n".encode())
        return [list(lists.ids("d")), lists.exists("d"), lists.exists("e"), _outcome(lambda: list(lists.ids("e")))]

    _same(moto, "s3", MemoryS3(), script)


def test_listing_copying_and_deleting(moto: dict[str, Any]) -> None:
    def script(client: Any) -> Answers:
        def listed(prefix: str) -> Answers:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
            entries = [entry for page in pages for entry in page.get("Contents", [])]
            return [(entry["Key"], entry["ETag"], entry["Size"]) for entry in entries]

        for key in ("v2/b", "v2/a", "v1/a"):
            client.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
        client.copy_object(Bucket=BUCKET, Key="v2/c", CopySource={"Bucket": BUCKET, "Key": "v1/a"})
        answers: Answers = [listed("v2/"), listed("v9/")]
        given = {"Objects": [{"Key": "v2/a"}, {"Key": "v2/none"}], "Quiet": True}
        answers.append(client.delete_objects(Bucket=BUCKET, Delete=given).get("Errors"))
        return [*answers, listed("v")]

    _same(moto, "s3", MemoryS3(), script)


def test_parameters(moto: dict[str, Any]) -> None:
    def script(client: Any) -> Answers:
        parameter = CurrentParameter(client, "/gray/test")
        current = Published(7, 3, 2, "active", "d", 9, 8)
        answers: Answers = [parameter.read(), read_parameters(client, "/gray/test")]
        parameter.write(current)
        client.put_parameter(
            Name="/gray/test/lanes/v2",
            Value=registration_text("v2", rest_api("v2", "a")),
            Type="String",
            Overwrite=True,
        )
        client.put_parameter(Name="/gray/test/lanes/v3", Value="{}", Type="String", Overwrite=True)
        client.put_parameter(Name="/gray/testing/current", Value="other", Type="String", Overwrite=True)
        answers += [parameter.read(), read_parameters(client, "/gray/test")]
        history = client.get_parameter_history(Name="/gray/test/current", MaxResults=50)["Parameters"]
        return [*answers, [(entry["Version"], entry["Value"]) for entry in history]]

    _same(moto, "ssm", MemorySSM(), script)


def test_a_stale_version_of_the_parameter_is_seen(moto: dict[str, Any]) -> None:
    client = cast(Any, moto["ssm"])
    first = client.put_parameter(Name="/a/b", Value="1", Type="String", Overwrite=True)["Version"]
    second = client.put_parameter(Name="/a/b", Value="2", Type="String", Overwrite=True)["Version"]

    assert (first, second) == (1, 2)


def test_a_fork_gives_sequences_of_its_own() -> None:
    base = World()
    base.control_plane().records.log.next_sequence()
    fork = base.fork()

    assert [fork.control_plane().records.log.next_sequence() for _ in range(2)] == [2, 3]
    assert base.control_plane().records.log.last_sequence() == 1
