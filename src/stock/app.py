"""How many pieces of each article are there."""

import zlib
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Tracer

from lane import settings
from lane.handlers import in_lane
from lane.hops import hop
from lane.observe import LaneFilter

logger = Logger()
tracer = Tracer(auto_patch=False)

MOST = 500


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@in_lane(tracer=tracer)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """{"skus": [...]} -> {"available": {sku: pieces}, "hops"}."""
    _name_the_lane()
    return {"available": {sku: pieces(sku) for sku in event["skus"]}, "hops": [hop()]}


def pieces(sku: str) -> int:
    """A demonstration has no warehouse: a number that is always the same for an article."""
    return zlib.crc32(sku.encode()) % MOST


@cache
def _name_the_lane() -> None:
    """On every log line; not at import, as the settings are read here."""
    logger.addFilter(LaneFilter(served=settings().lane))
