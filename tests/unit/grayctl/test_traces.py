"""Which traces stayed in one lane, and the hop that is named when one did not."""

import json
from typing import Any

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from gray.analysis.traces import cleared_by_summary, judge, marks, report


def function(
    id_: str, name: str, lane: str, served: str, parent: str = "", start: float = 1.0, **more: Any
) -> dict[str, Any]:
    """A Lambda function's segment with its marked subsegment inside, as Powertools' tracer writes it."""
    annotations = {"gray_lane": lane, "gray_served": served, "Service": "x", **more}
    inside = {"id": f"{id_}h", "name": "## handler", "start_time": start, "annotations": annotations}
    document = {
        "id": id_,
        "name": name,
        "origin": "AWS::Lambda::Function",
        "start_time": start,
        "subsegments": [inside],
    }
    return {**document, "parent_id": parent} if parent else document


def trace(*documents: dict[str, Any]) -> dict[str, Any]:
    return {"Id": "1-a", "Segments": [{"Id": d["id"], "Document": json.dumps(d)} for d in documents]}


def summary(**annotations: list[str]) -> dict[str, Any]:
    values = {
        name: [{"AnnotationValue": {"StringValue": value}} for value in found] for name, found in annotations.items()
    }
    return {"Id": "1-a", "Annotations": values}


def found_in(*documents: dict[str, Any]) -> Any:
    return judge("1-a", marks(trace(*documents)))


def test_a_swim_lane_through_a_shared_service_is_consistent() -> None:
    # viewer in gray -> API v2 -> pricing (serves both) -> stock v2
    assert (
        found_in(
            function("1", "api-v2", "v2", "v2"),
            function("2", "pricing", "v2", "shared", "1h", 2),
            function("3", "stock-v2", "v2", "v2", "2h", 3),
        )
        is None
    )


def test_a_declared_fallback_is_consistent_and_an_undeclared_one_is_not() -> None:
    api = function("1", "api-v2", "v2", "v2")
    assert found_in(api, function("2", "stock-v1", "v2", "v1", "1h", 2, gray_fallback=True)) is None
    mixed = found_in(api, function("2", "stock-v1", "v2", "v1", "1h", 2))
    assert [str(hop) for hop in mixed.hops] == ["api-v2 -> stock-v1: asked for v2, came to v1"]
    assert mixed.behind_the_api


def test_the_hop_that_lost_the_lane_is_named_and_no_later_one() -> None:
    # Given pricing, which forgets the lane, and stock, which passes on what it got
    mixed = found_in(
        function("1", "api-v2", "v2", "v2"),
        function("2", "pricing", "v2", "shared", "1h", 2),
        function("3", "stock-v1", "v1", "v1", "2h", 3),
        function("4", "ledger-v1", "v1", "v1", "3h", 4),
    )
    # Then only the call from pricing to stock is named
    assert mixed.lanes == ("v1", "v2")
    assert [str(hop) for hop in mixed.hops] == ["pricing -> stock-v1: v2 became v1"]


def test_a_service_in_between_that_takes_no_notice_of_the_lane_is_named() -> None:
    # Given pricing without the library: it neither reads the lane nor marks it
    pricing = {"id": "2", "name": "pricing", "origin": "AWS::Lambda::Function", "parent_id": "1h", "start_time": 2}
    mixed = found_in(function("1", "api-v2", "v2", "v2"), pricing, function("3", "stock-v1", "v1", "v1", "2", 3))
    assert [str(hop) for hop in mixed.hops] == ["api-v2 -> pricing -> stock-v1: v2 became v1 (pricing marks no lane)"]


def test_subsegments_that_came_one_by_one_are_put_together() -> None:
    # Given Lambda's way: the segment, and its subsegments as documents of their own
    api = function("1", "api-v2", "v2", "v2")
    inside = {**api.pop("subsegments")[0], "type": "subsegment", "parent_id": "1"}
    call = {"id": "1c", "name": "lambda", "type": "subsegment", "parent_id": "1h", "start_time": 1.5}
    stock = function("2", "stock-v1", "v1", "v1", "1c", 2)
    assert [str(hop) for hop in found_in(stock, call, inside, api).hops] == ["api-v2 -> stock-v1: v2 became v1"]


def test_two_entrances_in_two_lanes_are_named_both() -> None:
    mixed = found_in(function("1", "api-v2", "v2", "v2"), function("2", "api-v1", "v1", "v1", start=2))
    assert [str(hop) for hop in mixed.hops] == ["api-v2: entered as v2", "api-v1: entered as v1"]


def test_a_batch_with_records_of_two_lanes_mixes_nothing_but_a_record_that_loses_its_lane_does() -> None:
    # Given a consumer whose batch has a record of each lane, and what the records' work calls
    def record(id_: str, lane: str) -> dict[str, Any]:
        marked = {"gray_lane": lane, "gray_served": "shared"}
        return {"id": id_, "name": "## record", "parent_id": "1", "start_time": 1.5, "annotations": marked}

    consumer = {"id": "1", "name": "mail", "origin": "AWS::Lambda::Function", "start_time": 1}
    batch = [consumer, record("1a", "v1"), record("1b", "v2")]
    right = function("2", "stock-v2", "v2", "v2", "1b", 2)
    assert found_in(*batch, function("3", "stock-v1", "v1", "v1", "1a", 2), right) is None
    mixed = found_in(*batch, function("3", "stock-v2", "v2", "v2", "1a", 2), right)
    assert [str(hop) for hop in mixed.hops] == ["mail -> stock-v2: v1 became v2"]


def test_a_page_and_its_api_call_in_two_lanes_are_seen() -> None:
    # Given what the edge told the API: the viewer's page is in v2 (public report 23)
    mixed = found_in(function("1", "api-v1", "v1", "v1", gray_page="v2"))
    assert mixed.lanes == ("v1", "v2")
    assert [str(hop) for hop in mixed.hops] == ["page -> api-v1: page in v2, API in v1"]
    assert not mixed.behind_the_api  # a viewer can say so: it raises no alarm


def test_a_trace_without_marks_or_with_a_loop_in_its_parents_is_survived() -> None:
    assert found_in({"id": "1", "name": "bare", "start_time": 1}) is None
    a, b = function("1", "a", "v2", "v2", "2"), function("2", "b", "v2", "v2", "1")
    assert found_in(a, b) is None


@pytest.mark.parametrize(
    ("annotations", "cleared"),
    [
        ({}, True),
        ({"gray_lane": ["v2"], "gray_served": ["v2", "shared"]}, True),
        ({"gray_lane": ["v2"], "gray_served": ["v2", "v1"]}, False),
        ({"gray_lane": ["v1", "v2"], "gray_served": ["v1", "v2"]}, False),
        ({"gray_lane": ["v1"], "gray_served": ["v1"], "gray_page": ["v2"]}, False),
        ({"gray_lane": ["v2"], "gray_served": ["v2"], "other": [str(n) for n in range(48)]}, False),
    ],
)
def test_only_doubtful_traces_are_fetched(annotations: dict[str, list[str]], cleared: bool) -> None:
    assert cleared_by_summary(summary(**annotations)) is cleared


def test_the_share_counts_traces_that_carry_a_lane() -> None:
    lost = trace(function("1", "api-v2", "v2", "v2"), function("2", "stock-v1", "v1", "v1", "1h", 2))
    summaries = [summary(gray_lane=["v2"]), summary(gray_lane=["v1"]), summary(), summary(gray_lane=["v1", "v2"])]
    whole = report(summaries, [lost])
    assert (whole.checked, len(whole.mixed)) == (3, 1)
    assert whole.consistent_share == pytest.approx(2 / 3)
    assert report([], []).consistent_share == 1.0


def test_it_is_said_that_traces_are_a_sample(stack: Stack, grayctl: Grayctl) -> None:
    assert "X-Ray traces a sample of the requests" in grayctl("traces").out
    assert grayctl("traces", "--json").json["sampled"] is True
    assert "X-Ray samples" in grayctl("traces", "--help").out
