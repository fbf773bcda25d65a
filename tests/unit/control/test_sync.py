"""The sync functions: what each run does, reports and counts."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.aws.config_table import make_config_table
from tests.support.control.world import World, release

from gray.dynamodb_values import to_item
from gray.edge.config import stamped
from gray.publish.control_plane import ControlPlane
from gray.publish.store.store import Store
from sync.requests import Request, requests_of
from sync.runs import by_hand, by_schedule, by_stream
from sync.services import Services
from sync.settings import Settings
from sync.telemetry import metrics

EVENTS = Path(__file__).parents[3] / "events"
ENVIRONMENT = {
    "AWS_REGION": "eu-central-1",
    "GRAY_ENVIRONMENT": "test",
    "CONFIG_TABLE": "graylane-test-config",
    "EDGE_CONFIG_BUCKET": "edge-config",
    "SITE_BUCKET": "site",
    "KEY_VALUE_STORE_ARN": "arn:aws:cloudfront::111122223333:key-value-store/0b2bf3a1",
    "DISTRIBUTION_ID": "E1",
    "EDGE_KEYS_SECRET": "edge-keys",
    "API_KEY_SECRET": "api-key",
    "ORIGIN_API_KEYS": "originkey",
    "STABLE_FUNCTION": "graylane-test-api-v1",
    "ALARM_TOPIC": "arn:aws:sns:eu-central-1:111122223333:graylane-test-alarms",
    "PARAMETER_PREFIX": "/gray/test",
    "ROLLBACK_ALARM_PREFIX": "graylane-test-withdraw-",
}


class WorldServices(Services):
    """The services of a World instead of AWS's."""

    def __init__(self, world: World) -> None:
        super().__init__(Settings.read(ENVIRONMENT))
        self.world = world
        self.invalidations: list[str] = []
        self.broken = ""
        self.refuse: Callable[[str], None] = lambda call: None

    def control_plane(self) -> ControlPlane:
        def hook(moment: str, call: str) -> None:
            if moment == "before":
                self.refuse(call)
            if self.broken and call.startswith(self.broken):
                raise OSError(f"{call} does not answer")

        return self.world.control_plane(hook)

    def store(self) -> Store:
        return self.control_plane().edge.store()

    def invalidate(self, caller_reference: str) -> str:
        self.invalidations.append(caller_reference)
        return "I1"


@pytest.fixture
def world() -> World:
    world = World()
    world.register()
    world.save(release(20))
    return world


@pytest.fixture
def services(world: World) -> Iterator[WorldServices]:
    metrics.clear_metrics()
    yield WorldServices(world)
    metrics.clear_metrics()


def counted() -> dict[str, float]:
    """The metrics of the invocation so far."""
    return {name: sum(metric["Value"]) for name, metric in metrics.metric_set.items()}


def ask(action: Any, **more: Any) -> Request:
    return Request(action, "request1", "anna", "because", **more)


def alarm(name: str = "graylane-test-withdraw-errors-v2", state: str = "ALARM", at: str = "12:00") -> dict[str, Any]:
    message = {"AlarmName": name, "NewStateValue": state, "StateChangeTime": at, "NewStateReason": "too many errors"}
    return {"Records": [{"Sns": {"Message": json.dumps(message)}}]}


def test_the_schedule_publishes_what_is_due(services: WorldServices) -> None:
    answer = by_schedule(services)

    assert (answer["status"], answer["revision"]) == ("published", 1)
    assert counted() == {"Publications": 1, "SyncSucceeded": 1}


def test_the_schedule_has_nothing_to_do(services: WorldServices) -> None:
    by_schedule(services)
    metrics.clear_metrics()

    assert by_schedule(services)["status"] == "idle"
    assert counted() == {"SyncSucceeded": 1}


def test_the_stream_publishes(services: WorldServices, world: World) -> None:
    assert by_stream(services)["status"] == "published"
    assert by_stream(services)["status"] == "idle"
    assert world.current.revision == 1


def test_an_invalid_release_is_told_to_people_once_and_counted_each_time(services: WorldServices, world: World) -> None:
    by_schedule(services)
    item: Any = {"pk": "revision", "sk": 2, "epoch": 2, "state": "active", "release": "{}"}
    world.dynamodb.put_item(TableName="", Item=to_item(item))
    world.dynamodb.put_item(
        TableName="", Item=to_item({"pk": "head", "sk": 0, "revision": 2, "epoch": 2, "state": "active"})
    )
    config = world.config
    metrics.clear_metrics()

    assert by_stream(services)["status"] == "refused"
    assert by_schedule(services)["status"] == "refused"

    assert counted()["ValidationFailed"] == 2
    assert len(world.warned) == 1
    assert "Revision 2 refused in test" in world.warned[0]
    assert world.config == config


def test_an_error_of_aws_is_counted_and_raised(services: WorldServices) -> None:
    services.broken = "store.update_keys"

    with pytest.raises(OSError, match="does not answer"):
        by_stream(services)

    assert counted() == {"PublicationFailed": 1}
    assert services.world.control_plane().records.log.recent(1)[0].status == "failed"


def test_drift_is_counted_and_repaired(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.store.tamper({"config": "garbage"})
    world.time += 3601
    metrics.clear_metrics()

    answer = by_schedule(services)

    assert answer["drift"] == ["store: config was changed"]
    assert counted()["DriftFound"] == 1
    assert stamped(world.config)


def test_a_withdrawn_lane_is_counted(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.unregister()
    metrics.clear_metrics()

    by_schedule(services)

    assert counted()["LaneWithdrawn"] == 1


def test_a_lapsed_lease_is_counted(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.time += 25 * 3600
    metrics.clear_metrics()

    by_schedule(services)

    assert counted()["LeaseLapsed"] == 1


def test_by_hand_it_publishes_invalidates_and_verifies(services: WorldServices, world: World) -> None:
    answer = by_hand(services, ask("publish", invalidate=True))

    record = world.control_plane().records.log.by_id("request1")
    assert record
    assert (answer["status"], record.status) == ("published", "published")
    assert (record.invalidation, record.verified) == ("I1", "as published")
    assert services.invalidations == ["request1"]


def test_a_kill_by_hand_needs_no_revision_written_before(services: WorldServices, world: World) -> None:
    by_schedule(services)

    by_hand(services, ask("kill", invalidate=True))

    assert world.config.startswith("2k|")
    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author, head.reason) == ("killed", "anna", "because")
    record = world.control_plane().records.log.by_id("request1")
    assert record
    assert record.status == "published"


def test_a_kill_by_hand_that_head_knows_already_is_published(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.kill()

    by_hand(services, ask("kill"))

    stamp = stamped(world.config)
    assert stamp
    assert (stamp.revision, stamp.epoch, stamp.state) == (2, 2, "killed")


def test_a_kill_reaches_the_store_when_the_table_is_broken(services: WorldServices, world: World) -> None:
    by_schedule(services)
    services.broken = "dynamodb"

    with pytest.raises(OSError, match="does not answer"):
        by_hand(services, ask("kill"))

    assert world.config.startswith("2k|")
    services.broken = ""
    world.publish(force=True)
    head = world.control_plane().history.revisions.head()
    assert head
    assert head.killed


def test_verify_changes_nothing(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.store.tamper({"config": "garbage"})

    assert by_hand(services, ask("verify"))["drift"] == ["store: config was changed"]
    assert world.config == "garbage"


@pytest.mark.parametrize("source", ["revisions", "s3"])
def test_rebuild(services: WorldServices, world: World, source: str) -> None:
    by_schedule(services)
    world.store.tamper(dict.fromkeys(world.store.items))

    assert by_hand(services, ask("rebuild", source=source))["status"] == "published"
    assert stamped(world.config)


def test_an_alarm_kills_once_for_each_change_of_its_state(services: WorldServices, world: World) -> None:
    by_schedule(services)

    for request in requests_of(alarm(), "r1", services):
        assert isinstance(request, Request)
        by_hand(services, request)
    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author) == ("killed", "alarm:graylane-test-withdraw-errors-v2")

    world.resume()
    for request in requests_of(alarm(), "r2", services):
        assert isinstance(request, Request)
        assert by_hand(services, request)["status"] == "ignored"
    assert world.control_plane().history.revisions.head() == world.control_plane().history.revisions.current().head  # type: ignore[union-attr]
    assert not world.control_plane().history.revisions.head().killed  # type: ignore[union-attr]


def test_a_second_alarm_of_the_same_trouble_does_not_kill_what_was_resumed_since(
    services: WorldServices, world: World
) -> None:
    by_schedule(services)
    changed = datetime.fromtimestamp(world.time, UTC).isoformat()
    latency = alarm("graylane-test-withdraw-latency-v2", at=changed)
    world.time += 1
    for request in requests_of(alarm(), "r1", services):
        assert isinstance(request, Request)
        by_hand(services, request)

    # Given the second alarm, told while the release is killed, and told again after somebody has resumed
    assert [type(answer) for answer in requests_of(latency, "r2", services)] == [str]
    world.resume()
    (answer,) = requests_of(latency, "r3", services)

    # Then it is about what was before
    assert isinstance(answer, str)
    assert "before the present epoch" in answer
    later = datetime.fromtimestamp(world.time + 60, UTC).isoformat()
    (answer,) = requests_of(alarm("graylane-test-withdraw-latency-v2", at=later), "r4", services)
    assert isinstance(answer, Request)


@pytest.mark.parametrize(
    "event",
    [
        alarm(name="graylane-test-api-5xx-v1"),
        alarm(state="OK"),
        {"Records": [{"Sns": {"Message": "hello"}}]},
        {"Records": [{}]},
        {"action": "format-disk"},
        {},
    ],
)
def test_what_is_no_request_is_left_alone(services: WorldServices, event: dict[str, Any]) -> None:
    (answer,) = requests_of(event, "r1", services)

    assert isinstance(answer, str)


def test_the_sample_events_are_understood(services: WorldServices) -> None:
    manual = json.loads((EVENTS / "sync-manual.json").read_text(encoding="utf-8"))

    (request,) = requests_of(manual, "r1", services)

    assert isinstance(request, Request)


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(KeyError, match="CONFIG_TABLE"):
        Settings.read({name: value for name, value in ENVIRONMENT.items() if name != "CONFIG_TABLE"})


def test_the_handlers_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """On moto, with nothing saved yet: the functions load, log, count and answer."""
    from moto import mock_aws

    for name, value in {
        **ENVIRONMENT,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    context: Any = SimpleNamespace(
        function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:aws:lambda:x", aws_request_id="r1"
    )
    with mock_aws():
        import boto3

        from sync import app

        make_config_table(boto3.client("dynamodb", region_name="eu-central-1"))
        assert app.scheduled({}, context)["status"] == "idle"
        assert app.stream({"Records": []}, context)["status"] == "idle"
        assert app.manual({"action": "nothing"}, context)["answers"][0]["status"] == "ignored"
        assert app.manual({"action": "publish", "id": "x"}, context)["answers"][0]["status"] == "skipped"


def test_an_idle_function_does_not_import_pydantic() -> None:
    """It costs a cold start 140 ms, and only a run that publishes a release needs it."""
    code = "import sync.app, sys; print([name for name in sys.modules if name.split('.')[0] == 'pydantic'])"
    environment = {"PATH": "", "PYTHONPATH": str(EVENTS.parent / "src"), "POWERTOOLS_TRACE_DISABLED": "true"}

    loaded = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


def test_a_kill_loads_neither_pydantic_nor_the_release() -> None:
    code = (
        "import sys, gray.publish.kill, gray.publish.kill_publisher;"
        "heavy = ('pydantic', 'gray.release.document', 'gray.edge.compile');"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    environment = {"PATH": "", "PYTHONPATH": str(EVENTS.parent / "src")}

    loaded = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
