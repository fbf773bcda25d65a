"""What gray lanes wrote, through the data copy function of the stack: it may write both tables, an operator need not.

Every action goes in steps of the function's size, so that it can be interrupted after any and begun again.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gray.lanes.registration import STABLE, read_parameters
from grayctl.errors import UnreachableError, UsageError, aws_errors
from grayctl.stack.target import Target

CONFLICT = "conflict"
# A kill is done when this is asked for: better an incomplete answer than a terminal that hangs.
_PATIENCE = 5.0

type Step = Mapping[str, Any]


@dataclass(frozen=True)
class Wait:
    """How many items wait in a lane's table. `whole` is False when counting was given up early."""

    lane: str
    items: int
    conflicts: int
    whole: bool = True

    def __str__(self) -> str:
        count = f"{self.items:,}" if self.whole else f"at least {self.items:,}"
        conflicts = f", {self.conflicts:,} of them changed in stable too" if self.conflicts else ""
        item, wait = ("item", "waits") if self.items == 1 else ("items", "wait")
        return f"{count} {item} of {self.lane} {wait} to be brought home{conflicts}"


@dataclass
class Merged:
    """What a merge did: items by fate, and those left as conflicts."""

    lane: str
    fates: Counter[str] = field(default_factory=Counter)
    conflicts: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        return {"lane": self.lane, "fates": dict(self.fates), "conflicts": self.conflicts}


def isolated_lanes(target: Target, lane: str = "") -> list[str]:
    """The gray lanes with a table of their own, or the one named. Raises UsageError where there is none of the name."""
    registered = read_parameters(target.clients.ssm, target.parameter_prefix).registrations
    found = [name for name, lane_ in sorted(registered.items()) if name != STABLE and lane_.data == "isolated"]
    if lane and lane not in found:
        what = "writes stable's table" if lane in registered and lane != STABLE else "is no registered gray lane"
        raise UsageError(f"{lane} {what}: nothing of it waits", "See: grayctl lanes")
    return [lane] if lane else found


def waiting_items(target: Target, lane: str) -> Iterator[dict[str, Any]]:
    """What waits in a lane's table: `pk`, `sk`, `fate`, `changed_at` (milliseconds) each."""
    for step in steps(target, "report", lane):
        yield from step["items"]


def wait_of(target: Target, lane: str, *, patience: float = _PATIENCE) -> Wait:
    """How many items wait in a lane's table; counts for so many seconds at most."""
    fates: Counter[str] = Counter()
    give_up = time.monotonic() + patience
    for step in steps(target, "report", lane):
        fates.update(item["fate"] for item in step["items"])
        if step["next"] and time.monotonic() > give_up:
            return Wait(lane, fates.total(), fates[CONFLICT], whole=False)
    return Wait(lane, fates.total(), fates[CONFLICT])


def waits(target: Target) -> list[Wait]:
    """What waits in every gray lane; empty where it cannot be told, as nothing that asks for it may fail for it."""
    try:
        return [wait for lane in isolated_lanes(target) if (wait := wait_of(target, lane)).items]
    except aws_errors(UnreachableError):
        return []


def told(found: Sequence[Wait]) -> dict[str, int]:
    """Items by lane, for --json."""
    return {wait.lane: wait.items for wait in found}


def merge(target: Target, lane: str, winner: str, advance: Callable[[int], object]) -> Merged:
    """Bring home what waits. `winner`: whose item stays where both changed it (`nobody`, `gray`, `stable`)."""
    done = Merged(lane)
    for step in steps(target, "merge", lane, conflicts=winner):
        done.fates.update(item["fate"] for item in step["items"])
        if winner == "nobody":
            done.conflicts += [item for item in step["items"] if item["fate"] == CONFLICT]
        advance(len(step["items"]))
    return done


def fill(target: Target, lane: str, advance: Callable[[int], object]) -> tuple[int, int]:
    """Copy stable's items from before the lane was there; how many were copied, and how many stayed as they were."""
    copied = kept = 0
    for step in steps(target, "backfill", lane):
        copied, kept = copied + step["copied"], kept + step["kept"]
        advance(step["copied"] + step["kept"])
    return copied, kept


def steps(target: Target, action: str, lane: str, **more: str) -> Iterator[Step]:
    """The answers of all steps of an action. Raises UnreachableError when one fails."""
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
        raise UnreachableError(f"{function} failed: {said}", "What was done stays done; run the command again.")
    return body
