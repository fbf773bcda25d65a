"""Settings, guard, build and metrics: the small parts."""

import json

import pytest

from lane import Settings, SettingsError
from lane.build import digest
from lane.guard import came_by_key
from lane.observe import emit, trace_header
from lane.settings import read


def test_settings_come_from_the_environment() -> None:
    assert read({"GRAY_LANE": "v2", "GRAY_ENVIRONMENT": "dev"}) == Settings("dev", "v2", "/gray/dev", "service")
    named = {"PARAMETER_PREFIX": "/my/lanes/", "POWERTOOLS_SERVICE_NAME": "mail"}
    found = read({"GRAY_LANE": "shared", "GRAY_ENVIRONMENT": "dev", **named})
    assert (found.parameter_prefix, found.service, found.home) == ("/my/lanes", "mail", "v1")


@pytest.mark.parametrize(
    ("variables", "named"),
    [({}, "GRAY_LANE"), ({"GRAY_LANE": "gray"}, "GRAY_LANE"), ({"GRAY_LANE": "v2"}, "GRAY_ENVIRONMENT")],
)
def test_a_missing_setting_is_named(variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read(variables)


def test_a_promoted_package_has_the_build_of_the_one_it_was_copied_from() -> None:
    gray = [("app.py", b"from api_v2.desk import x\nNAME = 'api_v2'\n")]
    stable = [("app.py", b"from api_v1.desk import x\nNAME = 'api_v1'\n")]
    assert digest("api_v2", gray) == digest("api_v1", stable)
    assert digest("api_v1", [("app.py", stable[0][1] + b"\n")]) != digest("api_v1", stable)
    assert digest("a", [("b.py", b"c")]) != digest("a", [("b.p", b"yc")])


def test_a_key_is_seen_in_the_context_or_the_headers() -> None:
    assert came_by_key({"requestContext": {"identity": {"apiKeyId": "k"}}}, {})
    assert came_by_key({}, {"x-api-key": "k"})
    assert not came_by_key({"requestContext": {"identity": None}}, {})


def test_metrics_are_one_embedded_line() -> None:
    lines: list[str] = []
    emit(Settings("dev", "v2", "/p", "api"), "v2", {"Requests": 1, "Latency": 1.5}, write=lines.append, now=lambda: 2)
    (line,) = map(json.loads, lines)
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert (line["_aws"]["Timestamp"], directive["Namespace"]) == (2000, "Graylane")
    assert directive["Metrics"] == [
        {"Name": "Requests", "Unit": "Count"},
        {"Name": "Latency", "Unit": "Milliseconds"},
    ]
    assert (line["lane"], line["environment"], line["Latency"]) == ("v2", "dev", 1.5)


def test_a_decision_is_counted_by_its_reason_in_the_same_line() -> None:
    lines: list[str] = []
    emit(Settings("dev", "v2", "/p", "api"), "v2", {"Requests": 1}, reason="staff", write=lines.append)
    (line,) = map(json.loads, lines)
    by_service, by_reason = line["_aws"]["CloudWatchMetrics"]
    assert (by_service["Metrics"], by_reason["Metrics"]) == (
        [{"Name": "Requests", "Unit": "Count"}],
        [{"Name": "Decisions", "Unit": "Count"}],
    )
    assert by_reason["Dimensions"] == [["environment", "service", "lane", "reason"]]
    assert [line[name] for name in ("environment", "service", "lane", "reason", "Decisions")] == [
        "dev",
        "api",
        "v2",
        "staff",
        1,
    ]


def test_outside_of_a_trace_there_is_no_header() -> None:
    assert trace_header({}) == ""
