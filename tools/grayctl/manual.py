"""Asking the manual sync for a publication, a kill or a verification, and finding its record."""

import json
import uuid
from typing import TYPE_CHECKING

from gray.publish.records.publication_log import PublicationLog, Record
from grayctl import publications
from grayctl.errors import UnreachableError
from grayctl.target import Target

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def invoke_manual_sync(
    functions: "LambdaClient", function: str, *, action: str, author: str, reason: str, invalidate: bool, **more: str
) -> str:
    """Invoke asynchronously and return the id that the publication record will carry.

    Asynchronous, because a publication with an invalidation can outlast a terminal's patience; the record
    stays to be read whoever waits for it. `more` are further members of the event (`source`, `version`).
    """
    request = str(uuid.uuid4())
    event = {"action": action, "id": request, "author": author, "reason": reason, "invalidate": invalidate, **more}
    answer = functions.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode())
    if answer["StatusCode"] != 202:
        raise UnreachableError(f"{function} did not take the request: status {answer['StatusCode']}")
    return request


def records_of(target: Target) -> PublicationLog:
    """The publication records of a stack."""
    return PublicationLog(target.clients.dynamodb, target.config_table)


def record_of_request(target: Target, request: str) -> Record | None:
    """The publication record of a manual request, once it is there."""
    return records_of(target).by_id(request)


def record_of_revision(target: Target, revision: int) -> Record | None:
    """The publication record that brought a revision to the edge, once it is there."""
    return publications.of_revision(records_of(target).recent(), revision)
