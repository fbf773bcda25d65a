"""Placing and listing orders."""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api_v1.services import Announce, Pricing, PricingError
from api_v1.table import Orders
from lane import settings
from lane.hops import hop

if TYPE_CHECKING:
    from api_v1.order import NewOrder

__all__ = ["OrderDesk", "PricingError", "UnknownItemsError"]

_log = logging.getLogger(__name__)


class UnknownItemsError(Exception):
    """When the catalogue lacks articles of the order. indices: their places in it."""

    def __init__(self, indices: list[int]) -> None:
        super().__init__(indices)
        self.indices = indices


class OrderDesk:
    """The use cases, over a table, the pricing service and the announcement of what happened."""

    def __init__(
        self, orders: Orders, pricing: Pricing, announce: Announce, *, now: Callable[[], float] = time.time
    ) -> None:
        self._orders = orders
        self._pricing = pricing
        self._announce = announce
        self._now = now

    def place(self, new: "NewOrder") -> dict[str, Any]:
        """Price, store, announce. Raises UnknownItemsError, PricingError and StorageError; nothing is stored then."""
        lines = [line.model_dump() for line in new.items]
        priced = self._pricing(lines)
        if priced["unknown"]:
            raise UnknownItemsError(priced["unknown"])
        order = self._order(new.customer, priced)
        self._orders.put(order)
        self._announced(order)
        return shown(order)

    def newest(self) -> list[dict[str, Any]]:
        """The latest orders, newest first. Raises StorageError."""
        return [shown(order) for order in self._orders.newest()]

    def _order(self, customer: str, priced: dict[str, Any]) -> dict[str, Any]:
        milliseconds = int(self._now() * 1000)
        return {
            "id": f"{milliseconds:013d}-{secrets.token_hex(4)}",
            "customer": customer,
            "items": priced["lines"],
            "total_cents": priced["total_cents"],
            "status": "placed",
            "created_at": datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds"),
            "changed_at": milliseconds,
            "lane": settings().lane,
            "hops": [hop(), *priced["hops"]],
        }

    def _announced(self, order: dict[str, Any]) -> None:
        """The order stands also when the announcement fails: refusing it now would make the viewer order twice."""
        if not self._announce({"id": order["id"], "customer": order["customer"], "total_cents": order["total_cents"]}):
            _log.error("order %s was stored but not announced", order["id"])


def shown(order: dict[str, Any]) -> dict[str, Any]:
    """An order as this version answers it; what another version added is left out."""
    cents = int(order["total_cents"])
    names = ("id", "customer", "items", "status", "created_at", "lane", "hops", "fulfilled_by")
    return {name: order.get(name) for name in names} | {"total": f"{cents // 100}.{cents % 100:02d} EUR"}
