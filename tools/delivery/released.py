"""Whether a release sends any viewer to a gray lane."""

import json

from gray.history.revision import FINISHED, KILLED

__all__ = ["leads_anywhere", "leads_to"]


def leads_to(release: str, state: str, lane: str) -> bool:
    """Whether viewers can get into `lane`: a rule of the release (JSON) leads there and the state allows it."""
    lanes = _lanes(release)
    return state not in (KILLED, FINISHED) and (lanes is None or lane in lanes)


def leads_anywhere(release: str, state: str) -> bool:
    """Whether viewers can get into any gray lane."""
    return state not in (KILLED, FINISHED) and _lanes(release) != set()


def _lanes(release: str) -> set[str] | None:
    """None if unknown: an unreadable release is refused, and the previous one stays published."""
    try:
        rules = json.loads(release).get("rules", [])
        return {str(rule["lane"]) for rule in rules if rule.get("percent") != 0}
    except (ValueError, AttributeError, KeyError, TypeError):
        return None
