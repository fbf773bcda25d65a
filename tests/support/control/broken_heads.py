"""HEAD and revisions as no program of ours leaves them: written by hand, half restored, lost."""

from collections.abc import Callable
from typing import Any

from tests.support.aws.config_table import TABLE

HEAD: Any = {"pk": {"S": "head"}, "sk": {"N": "0"}}
# What is done to the table, by a client of DynamoDB.
Break = Callable[[Any], None]


def _head(**changes: Any) -> Break:
    """HEAD with other attributes; None takes one away."""

    def write(dynamodb: Any) -> None:
        item = dynamodb.get_item(TableName=TABLE, Key=HEAD, ConsistentRead=True)["Item"]
        kept = {name: value for name, value in {**item, **changes}.items() if value is not None}
        dynamodb.put_item(TableName=TABLE, Item=kept)

    return write


def _revision(**changes: Any) -> Break:
    """The newest revision with other attributes; None takes one away."""

    def write(dynamodb: Any) -> None:
        item = _newest(dynamodb)
        kept = {name: value for name, value in {**item, **changes}.items() if value is not None}
        dynamodb.put_item(TableName=TABLE, Item=kept)

    return write


def _newest(dynamodb: Any) -> Any:
    found = dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "revision"}},
        ScanIndexForward=False,
        ConsistentRead=True,
        Limit=1,
    )
    return found["Items"][0]


def _head_gone(dynamodb: Any) -> None:
    _delete(dynamodb, HEAD)


def _revision_gone(dynamodb: Any) -> None:
    newest = _newest(dynamodb)
    _delete(dynamodb, {"pk": newest["pk"], "sk": newest["sk"]})


def _delete(dynamodb: Any, key: Any) -> None:
    dynamodb.delete_item(TableName=TABLE, Key=key)


def _revision_bare(dynamodb: Any) -> None:
    newest = _newest(dynamodb)
    dynamodb.put_item(TableName=TABLE, Item={"pk": newest["pk"], "sk": newest["sk"]})


def _head_behind(dynamodb: Any) -> None:
    """As after a HEAD put back by hand: the number of the next revision is taken."""
    item = _newest(dynamodb)
    dynamodb.put_item(TableName=TABLE, Item={**item, "sk": {"N": str(int(item["sk"]["N"]) + 1)}})


NO_HEAD: dict[str, Break] = {
    "no epoch": _head(epoch=None),
    "an epoch that is text": _head(epoch={"S": "two"}),
    "an epoch with a fraction": _head(epoch={"N": "1.5"}),
    "an epoch beyond every engine": _head(epoch={"N": "9" * 30}),
    "an epoch below zero": _head(epoch={"N": "-3"}),
    "no state": _head(state=None),
    "an odd state": _head(state={"S": "Killed!"}),
    "a state that is a number": _head(state={"N": "3"}),
    "no revision": _head(revision=None),
    "a revision that is null": _head(revision={"NULL": True}),
    "a revision that is bytes": _head(revision={"B": b"\xff\x00"}),
    "nothing but its key": _head(revision=None, epoch=None, state=None),
    "HEAD gone": _head_gone,
}
NO_RELEASE: dict[str, Break] = {
    "the revision gone": _revision_gone,
    "a revision far ahead": _head(revision={"N": "4711"}),
    "a revision without fields": _revision_bare,
    "fields of other types": _revision(epoch={"S": "x"}, author={"N": "7"}, created_at={"BOOL": True}),
    "a release that is no text": _revision(release={"L": []}),
    "a release that is no JSON": _revision(release={"S": "{broken"}),
    "a release nested too deep": _revision(release={"S": "[" * 100_000}),
    "a release that is a list": _revision(release={"S": "[]"}),
    "rules that are no rules": _revision(release={"S": '{"salt": 7, "rules": "all", "lanes": 3}'}),
    "rules without a name": _revision(release={"S": '{"salt": "abcdefgh", "rules": [{}], "lanes": ["v2"]}'}),
}
BROKEN: dict[str, Break] = {**NO_HEAD, **NO_RELEASE, "HEAD behind": _head_behind}
