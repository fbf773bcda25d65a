"""Whether an alarm's notification withdraws gray. Pure: the message in, the decision out.

Only gray's alarms do, known by the beginning of their names (`graylane-<environment>-withdraw-`): they say that gray
is worse than stable, so stable's own trouble, or one both lanes share, never raises them. One change of an alarm's
state withdraws once: SNS delivers at least once, and a notification that comes again after somebody has resumed must
not withdraw again. `Kill.cause` names the change; `Revisions.kill(cause=...)` acts on a cause only once. A second alarm
of the same trouble, sent while the release was killed already, used up no cause: what changed before the present epoch
began is about another release, or about one that somebody has decided to try again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gray.history.revision import FINISHED, KILLED, Head

__all__ = ["Ignored", "Kill", "decide"]


@dataclass(frozen=True)
class Kill:
    """Withdraw gray: who says so (`alarm:<name>`), why, and the one event that caused it."""

    author: str
    reason: str
    cause: str


@dataclass(frozen=True)
class Ignored:
    """Do nothing, and why."""

    reason: str


def decide(
    message: str, *, prefix: str, enabled: bool, head: Head | None, epoch_began: Callable[[Head], int]
) -> Kill | Ignored:
    """The decision on one SNS message of CloudWatch.

    `prefix` begins the names of the alarms that may withdraw; none may when it is empty. `enabled` is the parameter
    AutomaticRollback. `head` is None without a release; `epoch_began` says since when (Unix seconds) its epoch is in
    force, and is asked last. The decision is about that very HEAD: it is made again when HEAD has moved. Any other
    message is ignored and is never an error: a person may publish anything to a topic. An alarm that does not say
    when it changed is acted on.
    """
    alarm = _alarm(message)
    name = str(alarm.get("AlarmName") or "")
    state = str(alarm.get("NewStateValue") or "")
    if not name or not state:
        return Ignored("not an alarm's message")
    if not name.startswith(prefix):
        return Ignored(f"{name} is not an alarm of gray")
    if state != "ALARM":
        return Ignored(f"{name} went to {state}")
    if not enabled or not prefix:
        return Ignored(f"{name} is on, but automatic rollback is off")
    if head is None:
        return Ignored(f"{name} is on, but there is no release")
    if head.state in (KILLED, FINISHED):
        return Ignored(f"{name} is on, but the release is {head.state} already")
    changed = str(alarm.get("StateChangeTime") or "")
    if _seconds(changed) < epoch_began(head):
        return Ignored(f"{name} is on since {changed}, before the present epoch of the release began")
    why = str(alarm.get("NewStateReason") or "").strip()
    return Kill(f"alarm:{name}", f"{name}: {why}"[:500], f"{name}@{changed}")


def _seconds(time: str) -> float:
    """`2026-11-24T19:00:00.000+0000` in Unix seconds; infinity when it is not a time."""
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return float("inf")


def _alarm(message: str) -> Mapping[str, Any]:
    try:
        values = json.loads(message)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
