"""A function's environment variables, read on first use and not at import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lane.context import SHARED, STABLE, is_lane


class SettingsError(Exception):
    """When GRAY_LANE or GRAY_ENVIRONMENT is missing or invalid."""


@dataclass(frozen=True, slots=True)
class Settings:
    """environment: part of every physical name. lane: own lane, or `shared` for a service without versions."""

    environment: str
    lane: str
    parameter_prefix: str
    service: str

    @property
    def home(self) -> str:
        """The lane of work that came without one: the own lane; stable for a shared service."""
        return STABLE if self.lane == SHARED else self.lane


def read(environ: Mapping[str, str]) -> Settings:
    """The settings in these variables. Raises SettingsError."""
    lane, environment = environ.get("GRAY_LANE", ""), environ.get("GRAY_ENVIRONMENT", "")
    if not (is_lane(lane) or lane == SHARED):
        raise SettingsError(f"GRAY_LANE is {lane!r}: set it to the lane of this function (v1, v2, ...) or to `shared`")
    if not environment:
        raise SettingsError("GRAY_ENVIRONMENT is not set: give the environment's name (dev, test, prod)")
    prefix = environ.get("PARAMETER_PREFIX") or f"/gray/{environment}"
    return Settings(environment, lane, prefix.rstrip("/"), environ.get("POWERTOOLS_SERVICE_NAME", "service"))


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read(os.environ)
