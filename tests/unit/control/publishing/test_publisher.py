"""What a run publishes, and when it does not."""

import cProfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from tests.support.aws.config_table import TABLE
from tests.support.control.world import BUCKET, Moment, World, release
from tests.unit.control.publishing.calls import calls_of

from gray.edge.config import Stamp, stamped
from gray.publish.publisher import Publisher, PublishRequest
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.publication_log import PUBLISHED, SKIPPED, SUPERSEDED, PublicationLog
from gray.publish.repair.drift import check_drift


def test_the_first_publication_reaches_every_place(world: World) -> None:
    assert stamped(world.config) == Stamp(1, 1, 1, until=1800086400)
    assert world.store.items["fence"] == "1"
    assert world.current.revision == 1
    assert world.current.lanes == {"v2": ":api2:a/live"}
    assert world.announced == [
        {"environment": "test", "sequence": 1, "revision": 1, "epoch": 1, "state": "active", "trigger": "scheduled"}
    ]
    saved = EdgeConfig(world.s3, BUCKET).read()  # type: ignore[arg-type]
    assert set(saved) == {"config", "fence"}
    assert "A" * 43 not in str(saved)


def test_a_run_with_nothing_to_do_makes_no_paid_call_and_no_write(world: World) -> None:
    calls = calls_of(world, world.scheduled)

    assert sorted(calls) == [
        "dynamodb.get_item",  # ledger
        "dynamodb.get_item",  # HEAD
        "dynamodb.query",  # lanes
        "lane.health",
        "ssm.get_parameters_by_path",
    ]


def test_a_change_of_one_rule_is_one_update(world: World) -> None:
    world.save(release(30))
    before = len(world.store.calls)

    record = world.publish()

    assert (record.status, record.updates, record.calls, record.keys) == (PUBLISHED, 1, 3, 2)
    assert world.store.calls[before:] == ["DescribeKeyValueStore", "ListKeys", "UpdateKeys"]


def test_what_says_published_is_written_after_what_is(world: World) -> None:
    """docs/runbooks and `grayctl status` believe the parameter, and others the event."""
    world.save(release(30))

    calls = calls_of(world, world.scheduled)

    order = ["s3.put_object", "store.update_keys", "ssm.put_parameter", "events.put_events"]
    assert sorted(order, key=calls.index) == order


def test_nothing_is_written_when_nothing_changed(world: World) -> None:
    before = len(world.store.calls)

    assert world.publish().status == SKIPPED
    assert len(world.store.calls) == before


def test_a_stream_event_for_what_is_published_costs_no_sequence(world: World) -> None:
    assert world.scheduled().record is None
    assert world.control_plane().records.log.last_sequence() == 1


class _Taken(PublicationLog):
    """A run's records: it took its sequence a while ago."""

    def __init__(self, world: World, sequence: int) -> None:
        super().__init__(cast(Any, world.dynamodb), TABLE)
        self._sequence = sequence

    def next_sequence(self) -> int:
        return self._sequence


def test_a_higher_sequence_that_read_an_older_head_does_not_publish_over_a_newer_revision(world: World) -> None:
    """docs/decisions/0202: the sequence is taken first and HEAD read after, so the two orders may differ."""
    world.save(release(30))
    slow = world.control_plane().records.log.next_sequence()
    done: list[str] = []

    def meanwhile(moment: Moment, call: str) -> None:
        if call != "ssm.get_parameters_by_path" or done:
            return  # between reading HEAD and the first write
        done.append("begun")
        world.save(release(40))
        plane = world.control_plane()
        late = replace(plane, records=replace(plane.records, log=_Taken(world, slow)))
        done.append(Publisher(late).publish(PublishRequest("stream")).status)

    record = world.publish(meanwhile)

    assert done == ["begun", PUBLISHED]
    assert record.status == SUPERSEDED
    assert stamped(world.config).revision == 3  # type: ignore[union-attr]
    world.scheduled()
    revisions = [stamp.revision for state in world.store.history if (stamp := stamped(state.get("config")))]
    assert revisions == sorted(revisions)
    assert world.current.revision == 3
    assert check_drift(world.control_plane(), every=0, repair=False) == []


def test_a_publication_validates_and_compiles_once(world: World) -> None:
    """Whether a release fits at the edge is seen by compiling it, so its size is not asked a second time."""
    world.save(release(30))
    with cProfile.Profile() as profile:
        assert world.publish().status == PUBLISHED
    calls = Counter[str]()
    for entry in profile.getstats():
        if not isinstance(entry.code, str) and "/src/gray/" in entry.code.co_filename:
            calls[f"{Path(entry.code.co_filename).stem}.{entry.code.co_name}"] += entry.callcount
    names = ("revision.release", "whole.problems", "prepare.compile_target", "compile.encoded", "check._size_problems")
    assert [calls[name] for name in names] == [1, 1, 1, 1, 0]
