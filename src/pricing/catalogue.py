"""The catalogue and the arithmetic. Pure; money in whole cents."""

from collections.abc import Mapping, Sequence
from typing import Any

PRICES = {
    "espresso-cup": 890,
    "filter-paper": 450,
    "hand-grinder": 7900,
    "kettle": 5450,
    "scale": 3990,
    "beans-250g": 1180,
    "beans-1kg": 3960,
    "lamp": 2450,
}
"""Cents apiece."""


def unknown(lines: Sequence[Mapping[str, Any]]) -> list[int]:
    """Places of the lines whose article is not in the catalogue."""
    return [index for index, line in enumerate(lines) if line["sku"] not in PRICES]


def priced(lines: Sequence[Mapping[str, Any]], available: Mapping[str, int]) -> list[dict[str, Any]]:
    """The lines with price and, where stock said so, whether all of it is there."""
    return [
        {
            "sku": line["sku"],
            "quantity": line["quantity"],
            "cents": PRICES[line["sku"]] * line["quantity"],
            "in_stock": available.get(line["sku"], 0) >= line["quantity"],
        }
        for line in lines
    ]
