"""What the manual sync function was asked: by a person's event, or by an alarm's message through SNS."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from gray.analysis.withdrawal import Ignored, Kill, decide
from gray.history.revision import Head
from gray.release.annotation import AUTHOR_LIMIT, REASON_LIMIT, storable
from sync.services import Services

__all__ = ["Action", "Request", "requests_of"]

Action = Literal["publish", "kill", "verify", "rebuild"]


@dataclass(frozen=True)
class Request:
    """One request. `id` names its record; `cause` is the one event behind a kill, which acts only once.

    `source` says what a rebuild starts from: `revisions` (HEAD) or `s3`; `version` is an S3 object version. `why_not`
    says why a HEAD must not be killed: a person's kill is never stopped, an alarm's concerns one release.
    """

    action: Action
    id: str
    author: str
    reason: str
    invalidate: bool = False
    cause: str = ""
    source: str = "revisions"
    version: str = ""
    alarm: bool = False
    why_not: Callable[[Head | None], str] = lambda head: ""


def requests_of(event: Mapping[str, Any], request_id: str, services: Services) -> Iterator[Request | str]:
    """The requests of an event; a text where there is nothing to do, saying why."""
    if "Records" in event:
        for record in event["Records"]:
            yield _of_alarm(str(record.get("Sns", {}).get("Message", "")), request_id, services)
        return
    action = event.get("action")
    if action not in get_args(Action):
        yield f"action {action!r} is not one of {', '.join(get_args(Action))}"
        return
    yield Request(
        action=cast(Action, action),
        id=storable(event.get("id"), AUTHOR_LIMIT) or request_id,
        author=storable(event.get("author"), AUTHOR_LIMIT) or "unknown",
        reason=storable(event.get("reason"), REASON_LIMIT),
        invalidate=event.get("invalidate") is True,
        # Lambda repeats an invocation under the same id; grayctl has given HEAD the cause already.
        cause=storable(event.get("cause"), REASON_LIMIT) or f"request:{request_id}",
        source=str(event.get("source") or "revisions"),
        version=str(event.get("version") or ""),
    )


def _of_alarm(message: str, request_id: str, services: Services) -> Request | str:
    prefix = services.settings.rollback_alarms
    revisions = services.control_plane().history.revisions

    def decided(head: Head | None) -> Kill | Ignored:
        return decide(message, prefix=prefix, enabled=bool(prefix), head=head, epoch_began=revisions.epoch_began)

    def why_not(head: Head | None) -> str:
        decision = decided(head)
        return decision.reason if isinstance(decision, Ignored) else ""

    decision = decided(revisions.head())
    if isinstance(decision, Ignored):
        return decision.reason
    # Its name and its time are what a message says, and anybody may publish to a topic.
    author, cause = storable(decision.author, AUTHOR_LIMIT), storable(decision.cause, REASON_LIMIT)
    reason = storable(decision.reason, REASON_LIMIT)
    return Request("kill", request_id, author, reason, cause=cause, alarm=True, why_not=why_not)
