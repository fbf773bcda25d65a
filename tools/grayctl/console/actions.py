"""The console's actions: the console first shows a change, then makes exactly that change.

Asking returns a one-time code, valid for two minutes, for exactly this change on exactly this revision. If somebody
else saved in the meantime, the action fails with a conflict.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gray.history.revisions import Revision
from gray.release.annotation import storable
from grayctl.actions.author import author
from grayctl.actions.kill import kill, require_done
from grayctl.actions.propose import propose_edit, ramp_to, save
from grayctl.actions.restate import PAUSE, RESUME, Restatement, planned, write_state
from grayctl.document.difference import Change
from grayctl.errors import NotConfirmedError, UsageError
from grayctl.reading.release import revisions_of
from grayctl.stack.kill_target import hurried
from grayctl.stack.target import Target

GOOD_SECONDS = 120
_REASON_LIMIT = 200
ACTIONS = ("ramp", "pause", "resume", "kill")


@dataclass(frozen=True)
class Intent:
    """A change that was shown but not made yet. `until` is monotonic seconds."""

    action: str
    question: str
    changes: list[Change]
    do: Callable[[str], dict[str, Any]] = field(repr=False)
    until: float


class Actions:
    """The changes waiting for confirmation."""

    def __init__(self, target: Target, clock: Callable[[], float] = time.monotonic) -> None:
        self._target = target
        self._clock = clock
        self._waiting: dict[str, Intent] = {}
        self._lock = threading.Lock()

    def ask(self, action: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the action would change, and the code that confirms it.

        Raises UsageError, RefusedError, as the command does.
        """
        intent = self._intent(action, values)
        code = secrets.token_urlsafe(16)
        with self._lock:
            now = self._clock()
            self._waiting = {key: one for key, one in self._waiting.items() if one.until > now}
            self._waiting[code] = intent
        return {
            "action": action,
            "question": intent.question,
            "changes": [str(change) for change in intent.changes],
            "confirmation": code,
        }

    def do(self, action: str, confirmation: object, reason: object = "") -> dict[str, Any]:
        """Make the change with this code; `reason` is kept in the revision.

        Raises NotConfirmedError, ConflictError, UsageError.
        """
        with self._lock:
            intent = self._waiting.pop(confirmation, None) if isinstance(confirmation, str) else None
        if intent is None or intent.action != action or intent.until <= self._clock():
            raise NotConfirmedError("the confirmation is missing or expired", "Review the change and confirm it again.")
        why = storable(reason, _REASON_LIMIT) if isinstance(reason, str) else ""
        return {"action": action, **intent.do(why)}

    def _intent(self, action: str, values: Mapping[str, Any]) -> Intent:
        if action == "ramp":
            return self._ramp(values.get("percent"))
        if action == "kill":
            return self._kill()
        if action in _STEPS:
            return self._restate(_STEPS[action])
        raise UsageError(f"unknown action {action!r}", f"Use one of {', '.join(ACTIONS)}.")

    def _ramp(self, percent: Any) -> Intent:
        if isinstance(percent, bool) or not isinstance(percent, (int, float)) or not 0 <= percent <= 100:
            raise UsageError("`percent` is not a percentage", "0 to 100, at most two decimals.")
        edit = ramp_to(float(percent))
        proposal = propose_edit(self._target, edit)
        if not proposal.changes and proposal.current.head:
            raise UsageError(f"the ramp is already at {percent:g} %")

        def do(reason: str) -> dict[str, Any]:
            why = reason or edit.summary
            return _saved(save(revisions_of(self._target), proposal, author=author(), reason=why))

        return self._new("ramp", f"Ramp to {float(percent):g} %", proposal.changes, do)

    def _restate(self, step: Restatement) -> Intent:
        revisions = revisions_of(self._target)
        current, changes = planned(step, revisions)

        def do(reason: str) -> dict[str, Any]:
            return _saved(write_state(step, revisions, current, reason))

        return self._new(step.name, f"{step.name.capitalize()} the release", changes, do)

    def _kill(self) -> Intent:
        try:
            head = revisions_of(hurried(self._target)).head()
            state = head.state if head else "none"
        except (BotoCoreError, ClientError):
            state = "unknown"  # a kill does not wait for the table
        changes = [Change("state", state, "killed")]

        def do(reason: str) -> dict[str, Any]:
            done = kill(self._target, author=author(), reason=reason or "kill", tell=lambda _text: None)
            require_done(done)
            return done.as_json()

        return self._new("kill", "Send everybody to stable, now", changes, do)

    def _new(self, action: str, what: str, changes: list[Change], do: Callable[[str], dict[str, Any]]) -> Intent:
        question = f"{what} in {self._target.environment}?"
        return Intent(action, question, changes, do, self._clock() + GOOD_SECONDS)


_STEPS = {step.name: step for step in (PAUSE, RESUME)}


def _saved(revision: Revision) -> dict[str, Any]:
    return {"revision": revision.number, "state": revision.state, "epoch": revision.epoch}
