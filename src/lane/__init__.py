"""Carry the lane of a request through services: one version of the application from end to end.

See docs/lane-library.md. Nothing heavy is imported here: boto3, HTTP clients and Powertools' resolvers only by the
modules that use them.
"""

from lane.context import SHARED, STABLE, LaneContext, bound, carrying, current
from lane.guard import NoRoomError, TakenError, WrongLaneError
from lane.settings import Settings, SettingsError, settings

__all__ = [
    "SHARED",
    "STABLE",
    "LaneContext",
    "NoRoomError",
    "Settings",
    "SettingsError",
    "TakenError",
    "WrongLaneError",
    "bound",
    "carrying",
    "current",
    "settings",
]
