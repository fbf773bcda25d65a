"""The services this API calls: pricing (synchronous) and, through EventBridge, fulfilment."""

import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from lane import settings
from lane.aws import invoke
from lane.registry import Registry

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient

SOURCE = "graylane.orders"
"""EventBridge source of this API's events."""

CONSUMERS = {SOURCE: "fulfilment"}
"""Who takes them: decides the lane an event is addressed to."""

type Pricing = Callable[[list[dict[str, Any]]], dict[str, Any]]
"""Lines (sku, quantity) in; {lines, total_cents, unknown, hops} out. Raises PricingError."""

type Announce = Callable[[dict[str, Any]], bool]
"""Publish an order; False when the bus did not take it."""

_log = logging.getLogger(__name__)


class PricingError(Exception):
    """When the pricing service does not answer."""


def pricing(client: "LambdaClient", registry: Registry) -> Pricing:
    """The pricing service, called in the lane of the request."""

    def price(lines: list[dict[str, Any]]) -> dict[str, Any]:
        fallback = f"graylane-{settings().environment}-pricing"
        payload = json.dumps({"lines": lines}).encode()
        try:
            answer = invoke(client, registry.known(), "pricing", payload, fallback=fallback)
            body = answer["Payload"].read()
        except (ClientError, BotoCoreError) as error:
            raise PricingError("prices are not available") from error
        if answer.get("FunctionError"):
            _log.error("pricing failed: %s", body.decode(errors="replace"))
            raise PricingError("prices are not available")
        priced: dict[str, Any] = json.loads(body)
        return priced

    return price


def announcing(client: "EventBridgeClient") -> Announce:
    """Announce orders on the account's default event bus; the lane is put in by the instrumented session."""

    def announce(order: dict[str, Any]) -> bool:
        entry: Any = {"Source": SOURCE, "DetailType": "OrderPlaced", "Detail": json.dumps({"order": order})}
        try:
            answer = client.put_events(Entries=[entry])
        except (ClientError, BotoCoreError):
            _log.exception("the event bus does not answer")
            return False
        if answer["FailedEntryCount"]:
            _log.error("the event bus refused: %s", answer["Entries"])
        return answer["FailedEntryCount"] == 0

    return announce
