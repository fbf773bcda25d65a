"""Durations as typed on the command line: 90s, 30m, 1h, 7d."""

import re

from grayctl.errors import UsageError

_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def parse_period(text: str, *, longest: int, shortest: int = 1) -> int:
    """Duration in seconds. Raises UsageError for an invalid form, or outside `shortest` to `longest` seconds."""
    found = _FORM.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{text!r} is not a duration", "Write it like 90s, 30m, 1h or 7d.")
    seconds = float(found[1]) * _SECONDS[found[2]]
    # Compare before int(): too many digits give infinity, which int() rejects.
    if not shortest <= seconds <= longest:
        raise UsageError(f"{text} is outside the range {_text(shortest)} to {_text(longest)}")
    return int(seconds)


def _text(seconds: int) -> str:
    for unit in ("d", "h", "min"):
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"
