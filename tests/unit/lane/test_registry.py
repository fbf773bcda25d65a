"""The registry of lanes and services, read from Parameter Store and kept for a while."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from lane.registry import CACHE_SECONDS, Known, Registry

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

PREFIX = "/gray/test"


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator["SSMClient"]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("ssm", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def register(ssm: "SSMClient", lane: str, data: str = "isolated", **services: str) -> None:
    document = {"lane": lane, "services": services, "data": data, "table": f"orders-{lane}"}
    ssm.put_parameter(Name=f"{PREFIX}/lanes/{lane}", Value=json.dumps(document), Type="String", Overwrite=True)


def test_services_tables_and_state_are_read(ssm: "SSMClient") -> None:
    register(ssm, "v1", pricing="pricing", stock="stock-v1")
    register(ssm, "v2", stock="stock-v2")
    register(ssm, "v3", data="shared")
    ssm.put_parameter(Name=f"{PREFIX}/current", Value='{"state": "killed"}', Type="String")
    known = Registry(lambda: ssm, PREFIX).known()
    assert known.state == "killed"
    assert known.tables == {"v1": "orders-v1", "v2": "orders-v2"}
    assert known.function("stock", "v2") == ("stock-v2", "v2")
    assert known.function("pricing", "v2") == ("pricing", "v1")
    assert known.function("stock", "v9") == ("stock-v1", "v1")
    assert known.function("mail", "v2") is None


def test_more_lanes_than_a_page_are_all_read(ssm: "SSMClient") -> None:
    for number in range(1, 26):
        register(ssm, f"v{number}", stock=f"stock-v{number}")
    assert len(Registry(lambda: ssm, PREFIX).known().services) == 25


@pytest.mark.parametrize(
    "value", ["no json", "[]", '{"lane": "../v1"}', '{"services": {}}', '{"lane": "v2", "services": 7}']
)
def test_a_registration_that_cannot_be_read_harms_no_other(ssm: "SSMClient", value: str) -> None:
    register(ssm, "v1", stock="stock-v1")
    ssm.put_parameter(Name=f"{PREFIX}/lanes/v2", Value=value, Type="String")
    assert Registry(lambda: ssm, PREFIX).known().function("stock", "v2") == ("stock-v1", "v1")


def test_what_was_read_is_kept_for_a_while_and_then_read_again(ssm: "SSMClient") -> None:
    clock = Clock()
    registry = Registry(lambda: ssm, PREFIX, clock=clock, jitter=lambda: 0)
    register(ssm, "v1", stock="stock-v1")
    assert registry.known().function("stock", "v2") == ("stock-v1", "v1")
    register(ssm, "v2", stock="stock-v2")
    clock.now = CACHE_SECONDS - 1
    assert registry.known().function("stock", "v2") == ("stock-v1", "v1")
    clock.now = CACHE_SECONDS
    assert registry.known().function("stock", "v2") == ("stock-v2", "v2")


def test_when_parameter_store_fails_what_was_known_goes_on_to_count(ssm: "SSMClient") -> None:
    clock = Clock()
    registry = Registry(lambda: ssm, PREFIX, clock=clock, jitter=lambda: 0)
    register(ssm, "v2", stock="stock-v2")
    registry.known()
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameters_by_path", "ThrottlingException")
        clock.now = CACHE_SECONDS
        assert registry.known().function("stock", "v2") == ("stock-v2", "v2")
        # Nor is it asked again at once: the stub has one answer only.
        assert registry.known().function("stock", "v2") == ("stock-v2", "v2")


def test_with_nothing_read_everybody_falls_back_to_stable(ssm: "SSMClient") -> None:
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameters_by_path", "AccessDeniedException")
        known = Registry(lambda: ssm, PREFIX).known()
    assert known == Known()
    assert known.lane_for("stock", "v2") == "v1"


def test_a_bug_is_not_taken_for_a_failure_of_the_store(ssm: "SSMClient") -> None:
    def broken() -> "SSMClient":
        raise KeyError("no client")

    with pytest.raises(KeyError):
        Registry(broken, PREFIX).known()
