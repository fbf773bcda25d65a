"""Data that gray lanes wrote. The stack's data copy function reads and writes it, so operators need no table access.

Every action runs in steps of one function call each; it can be interrupted after any step and restarted.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gray.lanes.parameters import read_parameters
from gray.lanes.registration import STABLE
from grayctl.errors import UnreachableError, UsageError, aws_errors
from grayctl.stack.target import Target

CONFLICT = "conflict"
# Asked right after a kill: an incomplete answer is better than a hanging terminal.
_PATIENCE = 5.0

type Step = Mapping[str, Any]


@dataclass(frozen=True)
class Wait:
    """Number of items waiting in a lane's table. `whole` is False if counting timed out."""

    lane: str
    items: int
    conflicts: int
    whole: bool = True

    def __str__(self) -> str:
        count = f"{self.items:,}" if self.whole else f"at least {self.items:,}"
        conflicts = f", {self.conflicts:,} of them changed in stable too" if self.conflicts else ""
        item, wait = ("item", "waits") if self.items == 1 else ("items", "wait")
        return f"{count} {item} of {self.lane} {wait} to be merged into stable{conflicts}"


@dataclass
class Merged:
    """Result of a merge: items by fate, and the skipped conflicts."""

    lane: str
    fates: Counter[str] = field(default_factory=Counter)
    conflicts: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        return {"lane": self.lane, "fates": dict(self.fates), "conflicts": self.conflicts}


def isolated_lanes(target: Target, lane: str = "") -> list[str]:
    """The gray lanes with their own table, or the named one. Raises UsageError if it does not exist."""
    registered = read_parameters(target.clients.ssm, target.parameter_prefix).registrations
    found = [name for name, lane_ in sorted(registered.items()) if name != STABLE and lane_.data == "isolated"]
    if lane and lane not in found:
        what = "writes stable's table" if lane in registered and lane != STABLE else "is not a registered gray lane"
        raise UsageError(f"{lane} {what}: nothing to merge", "See: grayctl lane list")
    return [lane] if lane else found


def waiting_items(target: Target, lane: str) -> Iterator[dict[str, Any]]:
    """What waits in a lane's table: `pk`, `sk`, `fate`, `changed_at` (milliseconds) each."""
    for step in steps(target, "report", lane):
        yield from step["items"]


def wait_of(target: Target, lane: str, *, patience: float = _PATIENCE) -> Wait:
    """Number of items waiting in a lane's table; counts for at most `patience` seconds."""
    fates: Counter[str] = Counter()
    give_up = time.monotonic() + patience
    for step in steps(target, "report", lane):
        fates.update(item["fate"] for item in step["items"])
        if step["next"] and time.monotonic() > give_up:
            return Wait(lane, fates.total(), fates[CONFLICT], whole=False)
    return Wait(lane, fates.total(), fates[CONFLICT])


def waits(target: Target) -> list[Wait]:
    """What waits in every gray lane; empty on any error, so that callers never fail because of it."""
    try:
        return [wait for lane in isolated_lanes(target) if (wait := wait_of(target, lane)).items]
    except aws_errors(UnreachableError):
        return []


def told(found: Sequence[Wait]) -> dict[str, int]:
    """Items by lane, for --json."""
    return {wait.lane: wait.items for wait in found}


def merge(target: Target, lane: str, winner: str, advance: Callable[[int], object]) -> Merged:
    """Merge what waits into stable. `winner`: which item wins if both changed (`nobody`, `gray`, `stable`)."""
    done = Merged(lane)
    for step in steps(target, "merge", lane, conflicts=winner):
        done.fates.update(item["fate"] for item in step["items"])
        if winner == "nobody":
            done.conflicts += [item for item in step["items"] if item["fate"] == CONFLICT]
        advance(len(step["items"]))
    return done


def fill(target: Target, lane: str, advance: Callable[[int], object]) -> tuple[int, int]:
    """Copy the stable items from before the lane's deployment; returns how many were copied and left unchanged."""
    copied = kept = 0
    for step in steps(target, "backfill", lane):
        copied, kept = copied + step["copied"], kept + step["kept"]
        advance(step["copied"] + step["kept"])
    return copied, kept


def steps(target: Target, action: str, lane: str, **more: str) -> Iterator[Step]:
    """The results of all steps of an action. Raises UnreachableError if one fails."""
    start = None
    while True:
        step = _ask(target, {"action": action, "lane": lane, "start": start, **more})
        yield step
        start = step["next"]
        if start is None:
            return


def _ask(target: Target, event: Mapping[str, Any]) -> Step:
    function = f"graylane-{target.environment}-data-copy"
    answer = target.clients.functions.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    body: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        said = body.get("errorMessage", "no message")
        raise UnreachableError(f"{function} failed: {said}", "Finished steps are kept; run the command again.")
    return body
