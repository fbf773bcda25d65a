"""AWS calls as schedules name them, and the ways in which each can fail.

A name says the service, the operation and what it is about: `store.update_keys(config)`. No number is in it, so a
schedule written down today still fits when sequences have become others.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ReadTimeoutError
from tests.support.aws.memory_aws import client_error

__all__ = [
    "CONFLICT",
    "CRASH",
    "ERROR",
    "LOST",
    "conflict",
    "failure",
    "faults_of",
    "is_private",
    "kind_of",
    "name_of",
    "writes",
]

# The process is gone before the call; the call fails; it is done, but its answer is lost; it is done, its answer is
# lost, and botocore's own repetition of it meets what the first had written.
CRASH, ERROR, LOST, CONFLICT = "crash", "error", "lost", "conflict"

_WRITING = ("put", "update", "transact", "delete", "create", "add", "remove")
# Nobody else sees what these do, and nobody else changes what they answer: no use in stopping before them.
_PRIVATE = ("events.", "sns.", "s3.get_object(list)", "s3.put_object(list)", "dynamodb.put_item(publication)")
# The same, where no actor of the scenario rotates keys, or makes a lane sick.
_PRIVATE_UNLESS_CHANGED = ("secretsmanager.", "lane.health")
# Calls whose repetition is refused, because the first time was a success.
_REFUSED_AGAIN = (
    "store.update_keys",
    "dynamodb.put_item(ledger)",
    "dynamodb.transact_write_items",
    "s3.put_object(edge-config.json)",
)
_ITEMS = {"store": "ledger"}


def name_of(service: str, operation: str, given: Mapping[str, Any]) -> str:
    """The name of a call, from what the client was given."""
    about = _about(service, operation, given)
    return f"{service}.{operation}({about})" if about else f"{service}.{operation}"


def _about(service: str, operation: str, given: Mapping[str, Any]) -> str:
    if service == "dynamodb":
        return _item(given)
    if service == "s3":
        key = str(given["Key"])
        return "list" if key.startswith("lists/") else key
    if operation == "update_keys":
        deleted = [f"-{kind_of(key['Key'])}" for key in given.get("Deletes", ())]
        return "+".join(sorted({*(kind_of(put["Key"]) for put in given.get("Puts", ())), *deleted} - {"fence"}))
    if service == "ssm":
        return str(given.get("Name", "")).rpartition("/")[2]
    return str(given.get("Key", ""))


def _item(given: Mapping[str, Any]) -> str:
    if "TransactItems" in given:
        return "head"
    key = given.get("Key") or given.get("Item")
    pk = str(key["pk"]["S"] if key else given["ExpressionAttributeValues"][":pk"]["S"])
    return _ITEMS.get(pk, pk.partition(":")[0])


def kind_of(key: str) -> str:
    """What kind of key of the store this is: its parts and lists have numbers in their names."""
    return {"c": "parts", "s": "lists"}.get(key.partition(".")[0], key)


def is_private(name: str, changed: tuple[str, ...] = ()) -> bool:
    """Whether it makes no difference to anybody when this call is made. `changed` are services that actors change."""
    if name.startswith(_PRIVATE):
        return True
    return name.startswith(_PRIVATE_UNLESS_CHANGED) and not name.startswith(changed or ("-",))


def writes(name: str) -> bool:
    """Whether the call may change anything."""
    return name.split(".")[1].startswith(_WRITING)


def faults_of(name: str) -> Iterator[str]:
    """How the call may fail."""
    yield CRASH
    yield ERROR
    if writes(name):
        yield LOST
        if name.startswith(_REFUSED_AGAIN):
            yield CONFLICT


def failure(name: str) -> Exception:
    """What the caller gets when there is no answer."""
    return ReadTimeoutError(endpoint_url=f"https://aws/{name}")


def conflict(name: str) -> Exception:
    """What the caller gets when botocore repeated a call that had been done."""
    if name.startswith("store."):
        return client_error("cloudfront-keyvaluestore", "ConflictException", 409)
    if name.startswith("s3."):
        return client_error("s3", "PreconditionFailed", 412)
    if "transact" in name:
        reasons = [{"Code": "ConditionalCheckFailed"}, {"Code": "ConditionalCheckFailed"}]
        return client_error("dynamodb", "TransactionCanceledException", 400, CancellationReasons=reasons)
    return client_error("dynamodb", "ConditionalCheckFailedException", 400)
