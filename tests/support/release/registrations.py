"""Registrations of lanes, as their stacks write them."""

import json
from typing import Any

from gray.lanes.registration import Registration

__all__ = ["registration", "registration_text", "rest_api"]

type Values = dict[str, Any]


def rest_api(lane: str, api: str, **more: Any) -> Values:
    """A REST API as the example's lanes have one: with a usage plan, and a switch for the kill."""
    return {
        "id": "api",
        "kind": "rest-api",
        "api": api,
        "stage": "live",
        "name": f"api-{lane}",
        "health": "/api/health",
        "guard": "api-key",
        "usage_plan": f"plan{api}",
        "kill": {"variable": "function", "function": f"f-{lane}"},
        **more,
    }


def registration_text(lane: str, *origins: Values, **more: Any) -> str:
    """The parameter's value."""
    return json.dumps({"schema": 1, "lane": lane, "origins": origins, **more})


def registration(lane: str, *origins: Values, **more: Any) -> Registration:
    """The registration, read."""
    return Registration.parse(lane, registration_text(lane, *origins, **more))
