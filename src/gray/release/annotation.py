"""Author and reason of a change: whatever bytes they come as, in a form that every place we keep them in takes.

They come from a command line, an environment variable, git, an alarm, an event: nothing of that may stop a change,
least of all a kill. So they are made storable where they are stored, and not refused anywhere.
"""

import unicodedata

__all__ = ["AUTHOR_LIMIT", "REASON_LIMIT", "storable"]

# Characters. DynamoDB takes 400 KB an item, release included; Lambda 256 KB an event.
AUTHOR_LIMIT, REASON_LIMIT = 200, 1000


def storable(value: object, limit: int) -> str:
    """`value` as one line of UTF-8: invalid characters become U+FFFD, control characters a space.

    Text longer than `limit` characters ends with an ellipsis there.
    """
    text = "" if value is None else str(value)
    cut = len(text) > limit
    text = text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}" if cut else text
    # Python keeps a byte of a command line that is not UTF-8 as half a character, U+DC80 and above. In an ASCII locale
    # those are all bytes above 127, so together they may well be UTF-8.
    halves = "".join("\N{REPLACEMENT CHARACTER}" if _is_lost(letter) else letter for letter in text)
    whole = halves.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in whole).strip()


def _is_lost(letter: str) -> bool:
    """Half a character that stands for no byte."""
    return "\ud800" <= letter <= "\udfff" and not "\udc80" <= letter <= "\udcff"
