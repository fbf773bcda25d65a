"""The order desk, this repository's example application: all that its make targets and `graylocal` know of it.

Everything else in `tools` works with any application.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gray.lanes.registration import STABLE

__all__ = ["API_PACKAGES", "first_calls", "has_table", "site_folder", "table_name"]

API_PACKAGES = ("api_v1", "api_v2")
"""The packages of `src` that are its API: stable's, and gray's."""


def site_folder(root: Path, name: str) -> Path:
    """Its static files, of a lane by default."""
    return root / "web" / name


def has_table(values: Mapping[str, str]) -> bool:
    """Whether a lane's stack with these parameters has a table of its own."""
    return values.get("Lane") == STABLE or values.get("DataMode", "isolated") == "isolated"


def table_name(environment: str, lane: str) -> str:
    """The name of that table."""
    return f"graylane-{environment}-orders-{lane}"


def first_calls(root: Path, environment: str, functions: Sequence[str]) -> list[tuple[str, Any]]:
    """Function and event of each call that starts a lane's API, and what that calls; `functions` are those deployed."""
    apis = f"graylane-{environment}-api-"
    health = json.loads((root / "events" / "api-v1-health.json").read_text())
    prices = json.loads((root / "events" / "pricing.json").read_text())
    pricing = f"graylane-{environment}-pricing"  # calls the lane's stock
    lanes = [name.removeprefix(apis) for name in functions if name.startswith(apis)]
    return [
        *((f"{apis}{lane}", health) for lane in lanes),
        *((pricing, prices | {"gray": {"baggage": f"gray.version={lane}"}}) for lane in lanes),
    ]
