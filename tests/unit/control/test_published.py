"""What is published: the stamp in the store, the fence, and the parameter that never goes back."""

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.aws.memory_aws import MemorySSM

from gray.edge.config import Fence, Stamp, killed_config, stamped
from gray.publish.records.current import CurrentParameter, Published

NAME = "/gray/test/current"
HEAD = "2a|2|7|3|1800|p,c,uid|,v2:1.2::api:a/live,|a|xyz|eu||2|salt|| js |\n;"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (killed_config(7, 3, 2), Stamp(7, 3, 2, "killed")),
        (HEAD, Stamp(7, 3, 2, "active", 1800, 2)),
        (None, None),
        ("", None),
        ("garbage", None),
        (HEAD.replace("|7|", "|x|"), None),
        (HEAD.replace("2a|", "2z|"), None),
        (HEAD.replace("2a|", "1a|"), None),
        (HEAD.replace("2a|", "2aa|"), None),
        (HEAD.replace("|1800|", "||"), None),
        (HEAD.replace("|7|", "|²|"), None),
        (HEAD[:40], None),
    ],
)
def test_the_stamp_of_a_config(config: str | None, expected: Stamp | None) -> None:
    assert stamped(config) == expected


@given(st.text())
def test_no_text_breaks_the_reading_of_stamp_fence_or_parameter(text: str) -> None:
    stamped(text)
    Fence.parse(text)
    Published.parse(text)


@pytest.mark.parametrize(
    ("value", "fence"),
    [
        ("7", Fence(7)),
        ("7 direct 9", Fence(7, "9")),
        ("7 direct", Fence(7, "unnamed")),
        ("7 direct an%20alarm%402026", Fence(7, "an alarm@2026")),
        (None, Fence(0)),
        ("x", Fence(0)),
        ("²", Fence(0)),
    ],
)
def test_the_fence(value: str | None, fence: Fence) -> None:
    assert Fence.parse(value) == fence
    assert Fence.parse(str(fence)) == fence


def test_the_parameter_is_read_as_it_was_written() -> None:
    current = _current(7)

    assert Published.parse(current.text()) == current


def test_an_older_publication_does_not_replace_a_newer_one() -> None:
    ssm = MemorySSM()
    parameter = _parameter(ssm)
    parameter.write(_current(8))
    parameter.write(_current(7))

    assert parameter.read() == _current(8)
    assert len(ssm.values[NAME]) == 1


@pytest.mark.parametrize("others", [[8], [8, 9], [6, 8]])
def test_a_newer_one_that_came_between_read_and_put_is_put_back(others: list[int]) -> None:
    ssm = MemorySSM()
    racing = _Racing(ssm, [_current(number).text() for number in others])
    CurrentParameter(cast(Any, racing), "/gray/test").write(_current(7))

    assert _parameter(ssm).read() == _current(max(others))


@pytest.mark.parametrize(("there", "kept"), [([], ""), (["not ours"], ""), ([7], " css "), ([9], " css ")])
def test_a_kill_keeps_what_the_sites_are(there: list[Any], kept: str) -> None:
    ssm = MemorySSM()
    before = [one if isinstance(one, str) else replace(_current(one), files=" css ").text() for one in there]
    if before:
        ssm.values[NAME] = list(before)

    meant = _parameter(ssm).write(_current(8), keep_files=True)

    assert meant == replace(_current(8), files=kept)
    assert _parameter(ssm).read() == (Published.parse(before[0]) if there == [9] else meant)


def test_what_was_written_by_hand_is_replaced() -> None:
    ssm = MemorySSM()
    ssm.values[NAME] = ["not ours"]
    _parameter(ssm).write(_current(1))

    assert _parameter(ssm).read() == _current(1)


class _Racing:
    """Lets others write once, right before the first put."""

    def __init__(self, ssm: MemorySSM, others: list[str]) -> None:
        self._ssm = ssm
        self._others = others

    def put_parameter(self, **given: Any) -> dict[str, Any]:
        for value in self._others:
            self._ssm.values.setdefault(NAME, []).append(value)
        self._others = []
        return self._ssm.put_parameter(**given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ssm, name)


def _parameter(ssm: MemorySSM) -> CurrentParameter:
    return CurrentParameter(cast(Any, ssm), "/gray/test")


def _current(sequence: int) -> Published:
    return Published(sequence, 3, 2, "active", "abc", 1900, 1800, 100, {"v2": ":api2:a/live"}, ("v2",))
