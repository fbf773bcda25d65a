"""The difference between two release documents, as people read it."""

from dataclasses import dataclass
from typing import Any

from grayctl.document.conditions import condition_text
from grayctl.document.edits import Document


@dataclass(frozen=True)
class Change:
    """One difference in the document. `before` or `after` is None if absent."""

    where: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.where}: {_short(self.after)}"
        if self.after is None:
            return f"- {self.where}: {_short(self.before)}"
        return f"~ {self.where}: {_short(self.before)} -> {_short(self.after)}"


def difference(before: Document, after: Document) -> list[Change]:
    """All differences; rules are matched by id, and a change of their order is one change."""
    changes = _between("", {**before, "rules": None}, {**after, "rules": None})
    old = {rule["id"]: rule for rule in before.get("rules") or []}
    new = {rule["id"]: rule for rule in after.get("rules") or []}
    for rule_id in [*old, *(name for name in new if name not in old)]:
        changes += _between(f"rules[{rule_id}]", old.get(rule_id), new.get(rule_id))
    kept_before = [name for name in old if name in new]
    kept_after = [name for name in new if name in old]
    if kept_before != kept_after:
        changes.append(Change("order of rules", ", ".join(kept_before), ", ".join(kept_after)))
    return changes


def _between(where: str, before: Any, after: Any) -> list[Change]:
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        changes = []
        for key in [*before, *(key for key in after if key not in before)]:
            changes += _between(f"{where}.{key}" if where else key, before.get(key), after.get(key))
        return changes
    return [Change(where or "release", before, after)]


def _short(value: Any) -> str:
    if isinstance(value, dict):
        shown = ((key, condition_text(item) if key == "when" else _short(item)) for key, item in value.items())
        return ", ".join(f"{key} {text}" for key, text in shown if key != "id") or "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)
