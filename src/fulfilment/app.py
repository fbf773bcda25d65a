"""Consumer of `OrderPlaced` events that are addressed to this lane."""

import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer

from fulfilment.fulfil import Fulfilment
from lane import settings
from lane.handlers import in_lane
from lane.observe import LaneFilter

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])


@cache
def _fulfilment() -> Fulfilment:
    logger.addFilter(LaneFilter(served=settings().lane))
    return Fulfilment(boto3.client("dynamodb"), os.environ["ORDERS_TABLE"])


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@in_lane(tracer=tracer)
def handler(event: dict[str, Any], context: Any) -> None:
    """An EventBridge event. Whatever is raised goes to the rule's retries and then to the dead-letter queue."""
    order_id = event["detail"]["order"]["id"]
    found = _fulfilment().fulfil(order_id)
    logger.info("order fulfilled" if found else "order fulfilled for another lane", extra={"order": order_id})
