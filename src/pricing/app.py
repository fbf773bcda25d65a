"""Price the lines of an order; asks stock, in the lane of the order, what is there."""

import json
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from botocore.config import Config

from lane import settings
from lane.aws import instrument, invoke
from lane.handlers import in_lane
from lane.hops import Hop, hop
from lane.observe import LaneFilter
from lane.registry import Registry
from pricing import catalogue

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])

# Shorter than what the API waits for us; a cold start fits in.
_CONFIG = Config(connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 1})


class StockError(Exception):
    """When stock answers with an error."""


@cache
def _session() -> boto3.Session:
    logger.addFilter(LaneFilter(served=settings().lane))
    return instrument(boto3.Session(), environment=settings().environment, known=_registry().known)


@cache
def _registry() -> Registry:
    return Registry(lambda: _session().client("ssm", config=_CONFIG), settings().parameter_prefix)


@cache
def _lambda() -> Any:
    return _session().client("lambda", config=_CONFIG)


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@in_lane(tracer=tracer)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """{"lines": [{"sku", "quantity"}]} -> {"lines", "total_cents", "unknown", "hops"}."""
    lines = event["lines"]
    if missing := catalogue.unknown(lines):
        return {"lines": [], "total_cents": 0, "unknown": missing, "hops": [hop()]}
    available, hops = _stock([line["sku"] for line in lines])
    priced = catalogue.priced(lines, available)
    total = sum(line["cents"] for line in priced)
    return {"lines": priced, "total_cents": total, "unknown": [], "hops": [hop(), *hops]}


def _stock(skus: list[str]) -> tuple[dict[str, int], list[Hop]]:
    fallback = f"graylane-{settings().environment}-stock-v1"
    payload = json.dumps({"skus": skus}).encode()
    answer = invoke(_lambda(), _registry().known(), "stock", payload, fallback=fallback)
    body = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise StockError(body)
    return body["available"], body["hops"]
