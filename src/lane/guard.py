"""Whether a service serves the lane of a request, and the errors of senders. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from lane.context import SHARED, LaneContext


class WrongLaneError(Exception):
    """When work for another lane reaches a service that is not declared to stand in for it."""

    def __init__(self, own: str, carried: str) -> None:
        super().__init__(f"this is lane {own}, the request belongs to {carried}")
        self.own = own
        self.carried = carried


class NoRoomError(ValueError):
    """When a message has no attribute left for the lane, or a client context no bytes.

    Without the lane another one could take the message.
    """


class TakenError(ValueError):
    """When a message has something of its own where the lane is carried. Overwritten, it would be lost in silence."""

    def __init__(self, where: str) -> None:
        super().__init__(f"the message's own {where} is where the lane library puts the lane: give yours another name")


def serves(found: LaneContext, own: str, serve_as: str = "") -> bool:
    """A shared service serves every lane; others their own, one they stand in for, or what was addressed to them."""
    return own in (SHARED, found.lane, found.to) or serve_as == found.lane


def is_fallback(found: LaneContext, own: str, serve_as: str = "") -> bool:
    """Whether this service serves in the place of the lane's own, as `to` or `serve_as` declared."""
    return own not in (SHARED, found.lane) and serves(found, own, serve_as)


def check(found: LaneContext, own: str, serve_as: str = "") -> None:
    """Raise WrongLaneError unless served."""
    if not serves(found, own, serve_as):
        raise WrongLaneError(own, found.lane)


def came_by_key(event: Mapping[str, Any], headers: Mapping[str, str], keys: Collection[str] | None = None) -> bool:
    """Whether the request came with an API key, of these where some are given: one around CloudFront has none.

    API Gateway itself refuses a missing or wrong key at a REST API (403); this catches a method deployed without
    ApiKeyRequired. Nothing else compares it.
    headers: names in lower case.
    """
    shown = headers.get("x-api-key", "")
    if keys is not None:
        import hmac  # for those alone that compare

        return any(key and hmac.compare_digest(key.encode(), shown.encode(errors="replace")) for key in keys)
    context = event.get("requestContext")
    identity = context.get("identity") if isinstance(context, Mapping) else None
    return bool(shown or (isinstance(identity, Mapping) and identity.get("apiKeyId")))
