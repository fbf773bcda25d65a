"""Stream of stable's orders table -> every isolated lane's table; and, by hand, the items from before."""

import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer

from data_copy.copying import Copier, backfill, change_of, targets
from lane import settings
from lane.handlers import each_record
from lane.observe import LaneFilter
from lane.registry import Registry

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])


class UnknownLaneError(LookupError):
    """When a backfill is asked for a lane that has no isolated table registered."""


@cache
def _dynamodb() -> Any:
    logger.addFilter(LaneFilter(served=settings().lane))
    return boto3.client("dynamodb")


@cache
def _registry() -> Registry:
    return Registry(lambda: boto3.client("ssm"), settings().parameter_prefix)


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A stream batch -> its failures; or {"action": "backfill", "lane", "start"} -> one step of it."""
    if event.get("action") == "backfill":
        return _backfill(event)
    stable_table = os.environ["ORDERS_TABLE"]
    copiers = [Copier(_dynamodb(), table) for table in targets(_registry().known().tables, stable_table)]

    def bring(record: dict[str, Any]) -> None:
        change = change_of(record)
        for copier in copiers:
            copier.apply(change)

    return dict(each_record(bring, event, tracer=tracer))


def _backfill(event: dict[str, Any]) -> dict[str, Any]:
    stable_table = os.environ["ORDERS_TABLE"]
    lane, tables = event["lane"], _registry().known().tables
    found = targets({lane: tables[lane]} if lane in tables else {}, stable_table)
    if not found:
        raise UnknownLaneError(f"lane {lane!r} has no isolated table registered")
    step = backfill(_dynamodb(), stable_table, Copier(_dynamodb(), found[0]), event.get("start"))
    logger.info("backfill step", extra={"target": lane, "copied": step.copied, "kept": step.kept})
    return {"copied": step.copied, "kept": step.kept, "next": step.next}
