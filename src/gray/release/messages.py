"""pydantic's errors as ours, and what of a document can be judged although a part of it is broken."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gray.release.problems import Problem

__all__ = ["structure_problems", "without_broken_parts"]

_STEPS = 12  # of a path that are shown; only a document that nests too deep has more
_REFERENCE = "docs/reference/release.md"
# What is wrong and the remedy, by pydantic's type of error; `{...}` are the values of its context.
_WORDS = {
    "extra_forbidden": (
        "is not a key of it",
        f"Take it out, or correct its spelling; {_REFERENCE} has all of them.",
    ),
    "missing": ("is missing", f"Add it; {_REFERENCE} has an example."),
    "too_short": ("has too few entries", "Give at least {min_length}."),
    "too_long": ("has {actual_length} entries", "Give at most {max_length}."),
    "string_too_short": ("is empty", "Give a name."),
    "string_too_long": ("is too long", "Give at most {max_length} characters."),
    "string_pattern_mismatch": ("has a character or a length that it must not have", "It must match {pattern}."),
    "string_type": ("is not a text", "Write a text, in quotes if it is a number."),
    "list_type": ("is not a list", "Write a list, as in [a, b]."),
    "tuple_type": ("is not a list", "Write a list, as in [40, 60]."),
    "dict_type": ("is not a mapping", f"Write keys and values; {_REFERENCE} has an example."),
    "model_type": ("is not a mapping", f"Write keys and values; {_REFERENCE} has an example."),
    "float_type": ("is not a number", "Write a number, without quotes."),
    "finite_number": ("is not a number", "Write a finite one."),
    "int_type": ("is not a whole number", "Write a whole number, without quotes."),
    "bool_type": ("is not true or false", "Write true or false, without quotes."),
    "greater_than_equal": ("is too small", "The least is {ge:g}."),
    "less_than_equal": ("is too large", "The most is {le:g}."),
    "literal_error": ("is not one of the known words", "Use {expected}."),
    "enum": ("is not one of the known words", "Use {expected}."),
    "datetime_parsing": ("is not a time", "Write it as 2027-01-15T08:00:00Z."),
    "datetime_from_date_parsing": ("is not a time", "Write it as 2027-01-15T08:00:00Z."),
    "datetime_type": ("is not a time", "Write it as 2027-01-15T08:00:00Z."),
    "recursion_depth_exceeded": ("is nested too deep", "Use fewer levels of all, any and not."),
}


def structure_problems(error: ValidationError) -> list[Problem]:
    """Each of pydantic's errors with its path, what is wrong, and the remedy."""
    return [
        Problem(_where(entry["loc"]), *_words(entry)) for entry in error.errors(include_url=False, include_context=True)
    ]


def _where(location: tuple[int | str, ...]) -> str:
    text = ""
    for step in location[:_STEPS]:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return (text or "release") + ("..." if len(location) > _STEPS else "")


def _words(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Our own errors say `what; remedy`."""
    if entry["type"] == "value_error":
        what, _, remedy = str(entry["msg"]).removeprefix("Value error, ").partition("; ")
        return what, remedy[:1].upper() + remedy[1:] + "." if remedy else f"{_REFERENCE} says what it may be."
    if entry["type"] in _WORDS:
        what, remedy = _WORDS[entry["type"]]
        context = entry.get("ctx", {})
        return what.format_map(context), remedy.format_map(context)
    return str(entry["msg"]), f"Correct the value; {_REFERENCE} says what it may be."


def without_broken_parts(document: Any, error: ValidationError) -> dict[str, Any] | None:
    """The document with harmless parts in the place of refused ones, so that the rest can be judged too.

    A broken rule becomes one that reaches nobody. None where too much hangs on what is broken: lanes, identity, lists
    and reserved ranges are asked by every rule.
    """
    if not isinstance(document, Mapping):
        return None
    mended = dict(document)
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        place = entry["loc"]
        match place:
            case ("rules", int(index), *_) if document.get("lanes"):
                harmless = {"id": f"broken-{index}", "lane": document["lanes"][0], "percent": 0}
                mended["rules"] = [*mended["rules"][:index], harmless, *mended["rules"][index + 1 :]]
            case ("salt",):
                mended["salt"] = "unreadable"
            case ("plan", *_) | ("state" | "note" | "lease_minutes",):
                mended.pop(str(place[0]), None)
            case (str(name),) if entry["type"] == "extra_forbidden":
                del mended[name]
            case _:
                return None
    return mended
