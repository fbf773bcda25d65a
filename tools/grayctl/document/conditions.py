"""Converts conditions between the command line's form and the release document's.

    KIND=VALUE[,VALUE]              list=staff   path=/shop/*   country=DE,FR   device=mobile   ip=10.0.0.0/8
    KIND:NAME=VALUE[,VALUE]         cookie:plan=pro   header:x-team=a,b   query:beta=1
    KIND:NAME^=PREFIX[,PREFIX]      cookie:uid^=42
    KIND:NAME                       query:beta            (present, with any value)
    time=FROM..TO                   time=2026-12-01T00:00Z..2026-12-31T00:00Z   (either end may be omitted)

A leading exclamation mark negates: `!country=DE`. Several conditions must all match.
"""

from typing import Any

from grayctl.errors import UsageError

_NAMED = ("cookie", "header", "query")
_SEVERAL = ("country", "device", "ip")
_KINDS = ("list", *_NAMED, "path", *_SEVERAL, "time")

Condition = dict[str, Any]


def parse_conditions(texts: list[str]) -> Condition | None:
    """One condition that matches if all of these do; None if there are none."""
    parsed = [parse_condition(text) for text in texts]
    if not parsed:
        return None
    return parsed[0] if len(parsed) == 1 else {"all": parsed}


def parse_condition(text: str) -> Condition:
    """One condition. Raises UsageError, which shows the form."""
    if text.startswith("!"):
        return {"not": parse_condition(text[1:])}
    kind, _, rest = text.replace("=", ":=", 1).partition(":")
    kind = kind.strip()
    if kind in _NAMED:
        return {kind: _named(text, rest)}
    value = rest.removeprefix("=")
    if kind not in _KINDS or not rest.startswith("=") or not value:
        raise _unknown(text)
    if kind == "time":
        return {"time": _window(text, value)}
    if kind in _SEVERAL:
        return {kind: value.split(",")}
    return {kind: value}


def condition_text(condition: Any) -> str:
    """A condition in one line, each part as typed: `country=DE and !list=staff`; `everybody` for None.

    Shows as much of an invalid release as can be read.
    """
    match condition:
        case None:
            return "everybody"
        case {"all": [*parts]}:
            return " and ".join(map(condition_text, parts))
        case {"any": [*parts]}:
            return "(" + " or ".join(map(condition_text, parts)) + ")"
        case {"not": {"all": _} as inner}:
            return f"!({condition_text(inner)})"
        case {"not": inner}:
            return f"!{condition_text(inner)}"
        case {"time": dict(window)}:
            return f"time={window.get('from') or ''}..{window.get('to') or ''}"
        case {"cookie": dict(wanted)} | {"header": dict(wanted)} | {"query": dict(wanted)}:
            return f"{next(iter(condition))}:{wanted.get('name')}{_way(wanted)}"
        case dict():
            return ", ".join(f"{kind}={_listed(value)}" for kind, value in condition.items())
    return str(condition)


def _way(wanted: Condition) -> str:
    if "prefix" in wanted:
        return f"^={_listed(wanted['prefix'])}"
    values = wanted.get("equals", wanted.get("one_of"))
    return "" if values is None else f"={_listed(values)}"


def _listed(value: Any) -> str:
    return ",".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _named(text: str, rest: str) -> Condition:
    name, sign, value = rest.partition(":=" if ":=" in rest else "=")
    prefix = name.endswith("^")
    name = name.removesuffix("^").strip()
    if not name or (sign and not value):
        raise _unknown(text)
    if not sign:
        return {"name": name, "exists": True}
    values = value.split(",")
    if prefix:
        return {"name": name, "prefix": values if len(values) > 1 else values[0]}
    return {"name": name, "one_of": values} if len(values) > 1 else {"name": name, "equals": values[0]}


def _window(text: str, value: str) -> Condition:
    start, sign, end = value.partition("..")
    if not sign or not (start or end):
        raise _unknown(text)
    return {key: moment for key, moment in (("from", start), ("to", end)) if moment}


def _unknown(text: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a condition",
        "Write it like list=staff, country=DE,FR, cookie:plan=pro, query:beta, path=/shop/*, !device=mobile.",
    )
