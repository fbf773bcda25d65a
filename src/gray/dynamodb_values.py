"""DynamoDB's wire form of items, for the plain values this package keeps: str, int, bool, None, list, dict."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

__all__ = ["Plain", "from_item", "from_value", "known_values", "readable_of_item", "to_item", "to_value"]

type Plain = str | int | bool | list[Plain] | dict[str, Plain] | None
Wire = dict[str, Any]


def to_value(value: Plain) -> Wire:
    """One attribute value. A float is refused: DynamoDB numbers are decimals, and we keep integers only."""
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case None:
            return {"NULL": True}
        case list():
            return {"L": [to_value(entry) for entry in value]}
        case dict():
            return {"M": to_item(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept in the config table")


def to_item(values: Mapping[str, Plain]) -> Wire:
    """A whole item."""
    return {name: to_value(value) for name, value in values.items()}


def from_value(value: Mapping[str, Any]) -> Plain:
    """The plain value of one attribute; a type we never write raises TypeError."""
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return str(inner)
        case "N":
            return int(inner)
        case "BOOL":
            return bool(inner)
        case "NULL":
            return None
        case "L":
            return [from_value(entry) for entry in inner]
        case "M":
            return from_item(inner)
    raise TypeError(f"attribute type {kind} is not written by this application")


def from_item(item: Mapping[str, Any]) -> dict[str, Plain]:
    """The plain values of a whole item."""
    return {name: from_value(value) for name, value in item.items()}


def readable_of_item(item: Mapping[str, Any]) -> dict[str, Plain]:
    """As `from_item`, but for items that may have been edited by hand: values of other types are left out."""
    found: dict[str, Plain] = {}
    for name, value in item.items():
        with suppress(TypeError, ValueError):  # a type we never write; a number with a fraction
            found[name] = from_value(value)
    return found


def known_values(item: Mapping[str, Any], bare: object) -> dict[str, Any]:
    """Of such an item the values of `bare`'s attributes, as far as they are of the type that they have there."""
    values = readable_of_item(item)
    return {name: value for name, value in values.items() if type(value) is type(getattr(bare, name, None))}
