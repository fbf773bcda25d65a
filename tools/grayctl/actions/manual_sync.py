"""Calling the manual sync for a publication, a kill or a rebuild, and following it."""

import json
import uuid
from collections.abc import Callable

from grayctl.actions.author import author
from grayctl.actions.follow import Arrival, await_publication
from grayctl.errors import UnreachableError
from grayctl.reading.publications import ended, record_of_request, verified
from grayctl.stack.target import Target


def invoke_manual_sync(target: Target, action: str, *, author: str, reason: str, invalidate: bool, **more: str) -> str:
    """Invoke asynchronously and return the id that the publication record will carry.

    Asynchronous, because a publication with an invalidation can take longer than a terminal waits; the record
    can be read later. `more` are further members of the event (`source`, `version`).
    """
    request, function = str(uuid.uuid4()), target.output("ManualSyncFunction")
    event = {"action": action, "id": request, "author": author, "reason": reason, "invalidate": invalidate, **more}
    payload = json.dumps(event).encode()
    answer = target.clients.functions.invoke(FunctionName=function, InvocationType="Event", Payload=payload)
    if answer["StatusCode"] != 202:
        raise UnreachableError(f"{function} did not accept the request: status {answer['StatusCode']}")
    return request


def sync_and_follow(
    target: Target, action: str, *, reason: str, tell: Callable[[str], None], invalidate: bool = False, **more: str
) -> Arrival:
    """Invoke it and wait until it is done and, if it invalidates, until the edge is verified.

    Raises UnreachableError, PublicationError.
    """
    request = invoke_manual_sync(target, action, author=author(), reason=reason, invalidate=invalidate, **more)
    over = verified if invalidate else ended
    return await_publication(lambda: record_of_request(target, request), over=over, tell=tell)
