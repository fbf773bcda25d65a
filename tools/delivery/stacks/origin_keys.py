"""Changing the key that CloudFront shows to the lanes' APIs: one step at a time, so that no request is refused."""

from collections.abc import Iterable, Mapping

from delivery.errors import DeliveryError
from gray.lanes.lane_table import ADOPTED, WITHDRAWN, Lane

__all__ = ["keys_of", "refuse_leap"]

# From one key to the other over both. The first is the one that is sent, so a step changes either that or the set.
_STEPS = {"a": ("ab",), "ab": ("a", "ba"), "ba": ("ab", "b"), "b": ("ba",)}
_WAY = "a, ab, ba, b"


def refuse_leap(now: str, wanted: str, lanes: Iterable[Lane], environment: str) -> None:
    """Raises DeliveryError when CloudFront would send a key that a lane's API does not take.

    `now` and `wanted` are values of the parameter OriginKeys, `lanes` the control plane's records.
    """
    if wanted == now:
        return
    if wanted not in _STEPS.get(now, ()):
        raise DeliveryError(
            f"OriginKeys is {now} and cannot become {wanted} in one deployment, as requests would be refused with 403 "
            f"meanwhile: go {_WAY} (or back), and deploy {' or '.join(_STEPS.get(now, ('a',)))} first"
        )
    behind = sorted(
        lane.lane for lane in lanes if lane.status in (ADOPTED, WITHDRAWN) and len(lane.keys) < len(_both(now, wanted))
    )
    if behind:
        raise DeliveryError(
            f"the API of lane {behind[0]} does not take the other key yet: "
            f"`grayctl sync --config-env {environment}`, then deploy again"
        )


def _both(now: str, wanted: str) -> str:
    """The keys that each API must take before the step: both where another one will be sent, else any."""
    return now if now[0] != wanted[0] else ""


def keys_of(parameters: Mapping[str, str]) -> str:
    """OriginKeys of a stack or of samconfig.toml."""
    return parameters.get("OriginKeys", "a")
