"""Stream of stable's orders table -> every isolated lane's table. By hand: the items from before, and the way home."""

import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer

from data_copy.copying import CHANGED, Copier, Item, backfill, change_of, targets
from data_copy.merge import Merge, Page, Winner
from lane import settings
from lane.handlers import each_record
from lane.observe import LaneFilter
from lane.registry import Registry

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])


class UnknownLaneError(LookupError):
    """When a step is asked for a lane that has no isolated table registered."""


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
    """A stream batch -> its failures; or {"action", "lane", "start"} -> one step of a backfill, report or merge.

    A step answers what it did and `next`, the start of the following one; null at the end.
    """
    if "action" in event:
        return _by_hand(event)
    stable_table = os.environ["ORDERS_TABLE"]
    copiers = [Copier(_dynamodb(), table) for table in targets(_registry().known().tables, stable_table)]

    def bring(record: dict[str, Any]) -> None:
        change = change_of(record)
        for copier in copiers:
            copier.apply(change)

    return dict(each_record(bring, event, tracer=tracer))


def _by_hand(event: dict[str, Any]) -> dict[str, Any]:
    stable_table = os.environ["ORDERS_TABLE"]
    lane, action, start = event["lane"], event["action"], event.get("start")
    tables = _registry().known().tables
    found = targets({lane: tables[lane]} if lane in tables else {}, stable_table)
    if not found:
        raise UnknownLaneError(f"lane {lane!r} has no isolated table registered")
    if action == "backfill":
        step = backfill(_dynamodb(), stable_table, Copier(_dynamodb(), found[0]), start)
        logger.info("backfill step", extra={"target": lane, "copied": step.copied, "kept": step.kept})
        return {"copied": step.copied, "kept": step.kept, "next": step.next}
    merge = Merge(_dynamodb(), found[0], stable_table)
    if action == "report":
        return _told(merge.report(start))
    if action == "merge":
        page = merge.step(start, Winner(event.get("conflicts", Winner.NOBODY)))
        logger.info("merge step", extra={"source": lane, "items": len(page.items)})
        return _told(page)
    raise ValueError(f"action {action!r} is none of backfill, report, merge")


def _told(page: Page) -> dict[str, Any]:
    items = [
        {"pk": one.item["pk"]["S"], "sk": one.item["sk"]["S"], "fate": one.fate.value, "changed_at": _number(one.item)}
        for one in page.items
    ]
    return {"items": items, "next": page.next}


def _number(item: Item) -> int:
    return int(item.get(CHANGED, {"N": "0"})["N"])
