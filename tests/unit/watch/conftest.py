"""A config table in memory, a CloudWatch in memory, and no way to AWS."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.support.aws.config_table import TABLE, make_config_table
from tests.support.aws.memory_cloudwatch import MemoryCloudWatch


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of these tests reaches AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def table() -> str:
    return TABLE


@pytest.fixture
def dynamodb() -> Any:
    client = boto3.client("dynamodb")
    make_config_table(client)
    return client


@pytest.fixture
def cloudwatch() -> MemoryCloudWatch:
    return MemoryCloudWatch()
