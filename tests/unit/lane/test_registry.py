"""The registry of lanes and services, read from Parameter Store and kept for a while."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from lane.registry import CACHE_SECONDS, RETRY_SECONDS, SPREAD, Known, Registry
from lane.settings import settings

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


def refused(ssm: "SSMClient", times: int) -> Stubber:
    stub = Stubber(ssm)
    for _ in range(times):
        stub.add_client_error("get_parameters_by_path", "ThrottlingException", "Rate exceeded")
    return stub


def asked_at(registry: Registry, clock: Clock, ssm: "SSMClient", seconds: float) -> list[float]:
    """The times at which the registry asks Parameter Store, when it is needed every tenth of a second for a while."""
    found: list[float] = []

    def note(**_: object) -> None:
        found.append(clock.now)

    ssm.meta.events.register("provide-client-params.ssm.GetParametersByPath", note, unique_id="asked")
    for tenth in range(int(seconds * 10)):
        clock.now = tenth / 10
        registry.known()
    ssm.meta.events.unregister("provide-client-params.ssm.GetParametersByPath", unique_id="asked")
    return found


def test_after_a_failure_the_next_attempt_comes_sooner_and_each_further_one_later(ssm: "SSMClient") -> None:
    clock = Clock()
    registry = Registry(lambda: ssm, PREFIX, clock=clock, jitter=lambda: 0)
    with refused(ssm, 7):
        assert asked_at(registry, clock, ssm, 36) == [0, 1, 3, 7, 15, 25, 35]


def test_a_cold_function_that_was_refused_knows_its_lanes_a_second_later(ssm: "SSMClient") -> None:
    clock = Clock()
    registry = Registry(lambda: ssm, PREFIX, clock=clock)
    register(ssm, "v2", stock="stock-v2")
    with refused(ssm, 1):
        assert registry.known() == Known()
    clock.now = RETRY_SECONDS
    assert registry.known().function("stock", "v2") == ("stock-v2", "v2")


def test_after_a_success_failures_begin_anew(ssm: "SSMClient") -> None:
    clock = Clock()
    registry = Registry(lambda: ssm, PREFIX, clock=clock, jitter=lambda: 0)
    answers: list[Callable[[Stubber], None]] = [
        lambda stub: stub.add_client_error("get_parameters_by_path", "ThrottlingException"),
        lambda stub: stub.add_client_error("get_parameters_by_path", "ThrottlingException"),
        lambda stub: stub.add_response("get_parameters_by_path", {"Parameters": []}),
        lambda stub: stub.add_client_error("get_parameters_by_path", "InternalServerError"),
        lambda stub: stub.add_response("get_parameters_by_path", {"Parameters": []}),
    ]
    with Stubber(ssm) as stub:
        for answer in answers:
            answer(stub)
        assert asked_at(registry, clock, ssm, 20) == [0, 1, 3, 13, 14]


def test_environments_that_start_at_once_ask_at_different_times(ssm: "SSMClient") -> None:
    next_times = []
    for jitter in (0.0, 0.5, 1.0):
        clock = Clock()
        registry = Registry(lambda: ssm, PREFIX, clock=clock, jitter=lambda jitter=jitter: jitter)  # type: ignore[misc]
        with Stubber(ssm) as stub:
            for _ in range(2):
                stub.add_response("get_parameters_by_path", {"Parameters": []})
            next_times.append(asked_at(registry, clock, ssm, 11)[1])
    # Never later than what a kill may take to be seen.
    assert next_times == [CACHE_SECONDS, pytest.approx(8.8), CACHE_SECONDS * (1 - SPREAD)]
    registries = [Registry(lambda: ssm, PREFIX, clock=lambda: 0) for _ in range(20)]
    for registry in registries:
        registry.known()
    assert len({registry._until for registry in registries}) == 20


def test_a_store_that_answers_late_is_left_alone_from_then_on(ssm: "SSMClient") -> None:
    clock = Clock()

    def slow() -> "SSMClient":
        clock.now += 6
        return ssm

    registry = Registry(slow, PREFIX, clock=clock, jitter=lambda: 0)
    with refused(ssm, 1):
        registry.known()
        registry.known()  # a second attempt would find no answer
    assert clock.now == 6


@pytest.mark.parametrize("lane", ["v2", "shared"])
def test_a_failed_reading_counts_in_a_metric(
    ssm: "SSMClient", lane: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"GRAY_ENVIRONMENT": "dev", "GRAY_LANE": lane, "POWERTOOLS_SERVICE_NAME": "api"}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    with refused(ssm, 1):
        Registry(lambda: ssm, PREFIX).known()
    settings.cache_clear()
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["RegistryFailed"], line["environment"], line["lane"], line["service"]) == (1, "dev", lane, "api")
    assert ["environment"] in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]


def test_without_settings_a_failed_reading_fails_nobody(
    ssm: "SSMClient", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GRAY_LANE", raising=False)
    settings.cache_clear()
    with refused(ssm, 1):
        assert Registry(lambda: ssm, PREFIX).known() == Known()
    assert capsys.readouterr().out == ""
