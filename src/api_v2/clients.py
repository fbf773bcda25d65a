"""The AWS clients of this function, made on first use, from one session that carries the lane."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from api_v2.desk import OrderDesk
from api_v2.services import CONSUMERS, announcing, pricing
from api_v2.table import Orders
from lane import settings
from lane.aws import instrument
from lane.registry import Registry

# A viewer waits, so not for long; but two functions that start cold, one behind the other, take some seconds.
_CONFIG = Config(connect_timeout=1, read_timeout=6, retries={"mode": "standard", "total_max_attempts": 2})


@cache
def _session() -> boto3.Session:
    session = boto3.Session()
    return instrument(session, environment=settings().environment, known=registry().known, consumers=CONSUMERS)


@cache
def _client(service: str) -> Any:
    return _session().client(service, config=_CONFIG)  # type: ignore[call-overload]


@cache
def registry() -> Registry:
    """The lanes of this environment."""
    return Registry(lambda: _client("ssm"), settings().parameter_prefix)


@cache
def desk() -> OrderDesk:
    """The order desk of this lane."""
    orders = Orders(_client("dynamodb"), os.environ["ORDERS_TABLE"])
    return OrderDesk(orders, pricing(_client("lambda"), registry()), announcing(_client("events")))
