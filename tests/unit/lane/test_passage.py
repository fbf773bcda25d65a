"""The passage of the work at hand: threads and tasks of one process never see each other's."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from lane import LaneContext, bound, carrying, current
from lane.context import lane_context

LANES = ["v1", "v2", "v3", "v17"]


def test_nothing_is_carried_outside() -> None:
    assert current() is None
    with carrying(LaneContext("v2")):
        assert current() == LaneContext("v2")
        with carrying(None):
            assert current() is None
        assert current() == LaneContext("v2")
    assert current() is None


def test_the_lane_before_comes_back_after_an_error() -> None:
    with carrying(LaneContext("v1")):
        with pytest.raises(ZeroDivisionError), carrying(LaneContext("v2")):
            _ = 1 / 0
        assert current() == LaneContext("v1")


@pytest.mark.parametrize("lane", [None, 2, "", "v0", "V2", "v100", "v2,v1", " v2", "v2\n", "v٢", "gray", ["v2"]])
def test_what_is_no_lane_is_no_passage(lane: object) -> None:
    assert lane_context(lane) is None


def test_malformed_parts_are_dropped_and_the_lane_stays() -> None:
    assert lane_context("v2", "a b", "7\r\nx: y", "shared") == LaneContext("v2")
    assert lane_context("v2", "staff", 7, "v1") == LaneContext("v2", "staff", "7", "v1")


def test_threads_have_their_own_lane() -> None:
    # All are inside at the same moment, so one that saw another's lane would show.
    inside = Barrier(len(LANES))

    def work(lane: str) -> set[str]:
        seen = set()
        with carrying(LaneContext(lane)):
            for _ in range(50):
                inside.wait(timeout=10)
                found = current()
                assert found is not None
                seen.add(found.lane)
        return seen

    with ThreadPoolExecutor(len(LANES)) as pool:
        assert list(pool.map(work, LANES)) == [{lane} for lane in LANES]


def test_tasks_have_their_own_lane() -> None:
    async def work(lane: str) -> set[str]:
        seen = set()
        with carrying(LaneContext(lane)):
            for _ in range(50):
                await asyncio.sleep(0)
                found = current()
                assert found is not None
                seen.add(found.lane)
        return seen

    async def everything() -> list[set[str]]:
        return await asyncio.gather(*(work(lane) for lane in LANES))

    assert asyncio.run(everything()) == [{lane} for lane in LANES]


def lane_seen(_: int) -> LaneContext | None:
    return current()


def test_a_bound_function_keeps_the_lane_in_a_thread_pool() -> None:
    with ThreadPoolExecutor(4) as pool, carrying(LaneContext("v2")):
        assert set(pool.map(bound(lane_seen), range(20))) == {LaneContext("v2")}
        assert pool.submit(current).result() is None
