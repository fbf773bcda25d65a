"""The chain of services that answered, for pages and tests that show it."""

from typing import TypedDict

from lane.context import SHARED, current
from lane.settings import settings


class Hop(TypedDict):
    """One service: the lane it saw and the lane it is (`shared` if it has no versions)."""

    service: str
    carried: str
    served: str


def hop() -> Hop:
    """This service's own entry in the chain."""
    own, found = settings(), current()
    return {"service": own.service, "carried": found.lane if found else "", "served": own.lane}


def is_home(entry: Hop) -> bool:
    """Whether the service served the lane it saw."""
    return entry["served"] in (entry["carried"], SHARED)
