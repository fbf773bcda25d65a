"""Entry point of the watch function, once a minute by schedule."""

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger

from watch.run import watch
from watch.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

logger = Logger()


@cache
def _clients() -> "tuple[CloudWatchClient, DynamoDBClient, SSMClient]":
    return boto3.client("cloudwatch"), boto3.client("dynamodb"), boto3.client("ssm")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, float]:
    """Compares the lanes and publishes the findings. What it raises, the next minute makes up for."""
    settings = Settings.read(os.environ)
    found = watch(*_clients(), settings, int(time.time()))
    logger.info("lanes compared", extra={"findings": found})
    return found
