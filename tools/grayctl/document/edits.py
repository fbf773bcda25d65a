"""Edits of a release document: pure functions from one document to the next.

A document is the release as written in YAML or JSON (docs/reference/release.md), in plain dicts and lists. Edits
work on the document, not on the model, so that `diff`, `--dry-run` and an exported file show the same; the model
validates the result before anything is saved.
"""

import copy
import math
import secrets
import string
from typing import Any

from grayctl.errors import UsageError

Document = dict[str, Any]

RAMP_RULE = "ramp"
DEFAULT_LEASE_MINUTES = 1440
_SALT_ALPHABET = string.ascii_lowercase + string.digits


def new_salt(length: int = 8) -> str:
    """A new salt: another release starts with other viewers."""
    return "".join(secrets.choice(_SALT_ALPHABET) for _ in range(length))


def new_document(lanes: tuple[str, ...] = ("v2",)) -> Document:
    """A release that sends everybody to stable."""
    return {
        "salt": new_salt(),
        "state": "active",
        "lanes": list(lanes),
        "lease_minutes": DEFAULT_LEASE_MINUTES,
        "rules": [],
    }


def has_its_form(document: Any) -> bool:
    """Whether a stored document has the basic structure that readers need. It may be an invalid release."""
    if not isinstance(document, dict):
        return False
    rules, lanes = document.get("rules") or [], document.get("lanes") or []
    if not isinstance(rules, list) or not isinstance(lanes, list) or not isinstance(document.get("lists", {}), dict):
        return False
    return all(isinstance(lane, str) for lane in lanes) and all(map(_is_rule, rules))


def _is_rule(rule: Any) -> bool:
    return (
        isinstance(rule, dict)
        and isinstance(rule.get("id"), str)
        and isinstance(rule.get("lane"), str)
        and isinstance(rule.get("percent", 0), (int, float, type(None)))
    )


def ramp(document: Document, percent: float, lane: str | None = None) -> Document:
    """Set the share of viewers that the `ramp` rule sends to a lane; adds a missing rule as the last one.

    Percent has at most two decimals: a bucket is a hundredth of a percent.
    """
    share = checked_percent(percent)
    changed = copy.deepcopy(document)
    rule = _find(changed, RAMP_RULE)
    if rule is None:
        lanes = changed.setdefault("lanes", [])
        if lane is None:
            lane = lanes[0] if lanes else "v2"
        _list_lane(changed, lane)
        changed.setdefault("rules", []).append({"id": RAMP_RULE, "lane": lane, "percent": share})
        return changed
    if lane is not None and rule["lane"] != lane:
        _list_lane(changed, lane)
        rule["lane"] = lane
    rule["percent"] = share
    return changed


def checked_percent(percent: float) -> float | int:
    """The percentage in document form. Raises UsageError unless it is 0 to 100 with at most two decimals."""
    if not math.isfinite(percent) or not 0 <= percent <= 100:
        raise UsageError(f"{percent:g} is not a percentage", "Use 0 to 100.")
    if abs(percent * 100 - round(percent * 100)) > 1e-6:
        raise UsageError(f"{percent:g} has more than two decimals", "The smallest step is 0.01 %.")
    rounded = round(percent, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def add_rule(document: Document, rule: Document, position: int | None = None) -> Document:
    """Add a rule at a position counted from 1; by default at the end."""
    changed = copy.deepcopy(document)
    rules = changed.setdefault("rules", [])
    if _find(changed, rule["id"]) is not None:
        raise UsageError(f"rule {rule['id']!r} already exists", "Remove it first, or choose another id.")
    if position is not None and not 1 <= position <= len(rules) + 1:
        raise UsageError(f"--at {position}: the release has {len(rules)} rules", f"Use 1 to {len(rules) + 1}.")
    _list_lane(changed, rule["lane"])
    rules.insert(len(rules) if position is None else position - 1, rule)
    return changed


def remove_rule(document: Document, rule_id: str) -> Document:
    """Remove one rule."""
    changed = copy.deepcopy(document)
    rules = changed.get("rules", [])
    rules.remove(_known(changed, rule_id))
    return changed


def move_rule(document: Document, rule_id: str, position: int) -> Document:
    """Move a rule to a position counted from 1. Order matters: the first rule that matches decides."""
    changed = copy.deepcopy(document)
    rules = changed.get("rules", [])
    rule = _known(changed, rule_id)
    if not 1 <= position <= len(rules):
        raise UsageError(f"position {position}: the release has {len(rules)} rules", f"Use 1 to {len(rules)}.")
    rules.remove(rule)
    rules.insert(position - 1, rule)
    return changed


def with_state(document: Document, state: str) -> Document:
    """The same release in another state."""
    return {**copy.deepcopy(document), "state": state}


def with_lane(document: Document, lane: str) -> Document:
    """The same release, with this lane added to its lanes."""
    changed = copy.deepcopy(document)
    _list_lane(changed, lane)
    return changed


def with_list(document: Document, name: str, entry: Document) -> Document:
    """The release with one user list added or replaced."""
    changed = copy.deepcopy(document)
    changed.setdefault("lists", {})[name] = entry
    return changed


def without_list(document: Document, name: str) -> Document:
    """The release without one user list."""
    changed = copy.deepcopy(document)
    if name not in changed.get("lists", {}):
        raise UsageError(f"the release has no list {name!r}", _known_names("It has", changed.get("lists", {})))
    del changed["lists"][name]
    return changed


def share_percent(document: Document) -> float:
    """The `ramp` rule's percent; 0 without the rule."""
    rule = _find(document, RAMP_RULE)
    percent = rule.get("percent", 100) if rule else 0
    return 100.0 if percent is None else float(percent)


def _list_lane(document: Document, lane: str) -> None:
    lanes = document.setdefault("lanes", [])
    if lane not in lanes:
        lanes.append(lane)


def _find(document: Document, rule_id: str) -> Document | None:
    rules: list[Document] = document.get("rules") or []
    return next((rule for rule in rules if rule.get("id") == rule_id), None)


def _known(document: Document, rule_id: str) -> Document:
    rule = _find(document, rule_id)
    if rule is None:
        ids = {rule["id"]: rule for rule in document.get("rules", [])}
        raise UsageError(f"the release has no rule {rule_id!r}", _known_names("The release has", ids))
    return rule


def _known_names(start: str, names: dict[str, Any]) -> str:
    return f"{start}: {', '.join(names)}." if names else f"{start} none."
